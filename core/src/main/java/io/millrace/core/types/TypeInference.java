package io.millrace.core.types;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.CoFlatMapFunction;
import io.millrace.core.function.CoGroupFunction;
import io.millrace.core.function.CoMapFunction;
import io.millrace.core.function.CoProcessFunction;
import io.millrace.core.function.FlatJoinFunction;
import io.millrace.core.function.FlatMapFunction;
import io.millrace.core.function.JoinFunction;
import io.millrace.core.function.KeySelector;
import io.millrace.core.function.KeyedCoProcessFunction;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.MapFunction;
import io.millrace.core.function.ProcessFunction;
import io.millrace.core.function.ProcessJoinFunction;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.function.WindowFunction;
import java.lang.reflect.Method;
import java.lang.reflect.TypeVariable;
import java.util.Optional;

/**
 * Finds the types of what functions return and emit: by the type arguments of a class, by the own
 * method of a lambda or method reference, and else as the values come ({@link
 * TypeInformation#isLateTyped}).
 *
 * <p>All methods throw {@link UnsupportedTypeException} if the type is known and can't be
 * serialised. Stateless.
 */
public final class TypeInference {
  private TypeInference() {}

  public static <O> TypeInformation<O> outputOf(MapFunction<?, O> function) {
    return argument(function, MapFunction.class, 1);
  }

  public static <O> TypeInformation<O> outputOf(FlatMapFunction<?, O> function) {
    return argument(function, FlatMapFunction.class, 1);
  }

  public static <O> TypeInformation<O> outputOf(ProcessFunction<?, O> function) {
    return argument(function, ProcessFunction.class, 1);
  }

  public static <O> TypeInformation<O> outputOf(KeyedProcessFunction<?, ?, O> function) {
    return argument(function, KeyedProcessFunction.class, 2);
  }

  public static <O> TypeInformation<O> outputOf(CoMapFunction<?, ?, O> function) {
    return argument(function, CoMapFunction.class, 2);
  }

  public static <O> TypeInformation<O> outputOf(CoFlatMapFunction<?, ?, O> function) {
    return argument(function, CoFlatMapFunction.class, 2);
  }

  public static <O> TypeInformation<O> outputOf(CoProcessFunction<?, ?, O> function) {
    return argument(function, CoProcessFunction.class, 2);
  }

  public static <O> TypeInformation<O> outputOf(KeyedCoProcessFunction<?, ?, ?, O> function) {
    return argument(function, KeyedCoProcessFunction.class, 3);
  }

  public static <O> TypeInformation<O> outputOf(WindowFunction<?, O, ?, ?> function) {
    return argument(function, WindowFunction.class, 1);
  }

  public static <O> TypeInformation<O> outputOf(ProcessWindowFunction<?, O, ?, ?> function) {
    return argument(function, ProcessWindowFunction.class, 1);
  }

  public static <O> TypeInformation<O> outputOf(AggregateFunction<?, ?, O> function) {
    return argument(function, AggregateFunction.class, 2);
  }

  public static <O> TypeInformation<O> outputOf(JoinFunction<?, ?, O> function) {
    return argument(function, JoinFunction.class, 2);
  }

  public static <O> TypeInformation<O> outputOf(FlatJoinFunction<?, ?, O> function) {
    return argument(function, FlatJoinFunction.class, 2);
  }

  public static <O> TypeInformation<O> outputOf(CoGroupFunction<?, ?, O> function) {
    return argument(function, CoGroupFunction.class, 2);
  }

  public static <O> TypeInformation<O> outputOf(ProcessJoinFunction<?, ?, O> function) {
    return argument(function, ProcessJoinFunction.class, 2);
  }

  public static <A> TypeInformation<A> accumulatorOf(AggregateFunction<?, A, ?> function) {
    return argument(function, AggregateFunction.class, 1);
  }

  public static <K> TypeInformation<K> keyOf(KeySelector<?, K> selector) {
    return argument(selector, KeySelector.class, 1);
  }

  /**
   * What one type parameter of a function interface or class stands for in a function.
   *
   * @param declaring the generic interface or class, such as {@code MapFunction.class}
   * @param index of the type parameter
   * @return late-typed if nothing is known
   */
  @SuppressWarnings("unchecked")
  public static <T> TypeInformation<T> argument(Object function, Class<?> declaring, int index) {
    if (!declaring.isInstance(function)) {
      throw new IllegalArgumentException(
          function.getClass().getName() + " is no " + declaring.getName());
    }
    TypeTree found = resolve(function, declaring, index).orElse(TypeTree.LATE);
    TypeInformation<T> type = TypeExtractor.extract(found);
    return type.isLateTyped() ? (TypeInformation<T>) TypeInformation.lateTyped() : type;
  }

  private static Optional<TypeTree> resolve(Object function, Class<?> declaring, int index) {
    Optional<LambdaSignature> lambda = LambdaSignature.of(function);
    if (lambda.isPresent()) {
      Optional<Method> method = LambdaSignature.abstractMethod(declaring);
      TypeVariable<?> variable = declaring.getTypeParameters()[index];
      return method.flatMap(m -> lambda.get().resolve(m, variable));
    }
    return GenericTypes.asSuper(TypeTree.of(function.getClass()), declaring)
        .map(type -> type.arguments().get(index));
  }
}
