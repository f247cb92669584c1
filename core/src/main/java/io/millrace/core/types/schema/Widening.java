package io.millrace.core.types.schema;

import java.lang.invoke.MethodType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Which basic types hold every value of another one, and how it is turned into them. */
final class Widening {
  /** Each holds the values of those before it. */
  private static final List<Class<?>> INTEGERS =
      List.of(Byte.class, Short.class, Integer.class, Long.class, BigInteger.class);

  private Widening() {}

  /**
   * @param written the class of the values, or its primitive
   * @param now another class; a primitive must not be asked for what may be null
   * @return empty if not every value of the one is one of the other
   */
  static Optional<UnaryOperator<Object>> between(Class<?> written, Class<?> now) {
    Class<?> from = boxed(written);
    Class<?> to = boxed(now);
    if (from == to) {
      return Optional.of(UnaryOperator.identity());
    }
    int at = INTEGERS.indexOf(from);
    if (at >= 0 && INTEGERS.indexOf(to) > at) {
      return Optional.of(value -> integer((Number) value, to));
    }
    if (to == BigDecimal.class && at >= 0) {
      return Optional.of(
          value ->
              value instanceof BigInteger big
                  ? new BigDecimal(big)
                  : BigDecimal.valueOf(((Number) value).longValue()));
    }
    // A float has 24 bits, a double 53: all of a short and of an int respectively fit.
    boolean toFloat = to == Float.class && (from == Byte.class || from == Short.class);
    boolean toDouble =
        to == Double.class
            && (from == Float.class || at >= 0 && at <= INTEGERS.indexOf(Integer.class));
    if (toFloat) {
      return Optional.of(value -> ((Number) value).floatValue());
    }
    if (toDouble) {
      return Optional.of(value -> ((Number) value).doubleValue());
    }
    return Optional.empty();
  }

  private static Object integer(Number value, Class<?> to) {
    if (to == BigInteger.class) {
      return BigInteger.valueOf(value.longValue());
    }
    if (to == Long.class) {
      return value.longValue();
    }
    return to == Integer.class ? (Object) value.intValue() : (Object) value.shortValue();
  }

  private static Class<?> boxed(Class<?> type) {
    return MethodType.methodType(type).wrap().returnType();
  }
}
