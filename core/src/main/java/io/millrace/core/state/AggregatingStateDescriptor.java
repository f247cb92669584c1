package io.millrace.core.state;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.types.TypeInformation;
import java.util.Objects;

/** Describes an {@link AggregatingState}; the type is the accumulator's. */
public final class AggregatingStateDescriptor<I, A, O> extends StateDescriptor<A> {
  private static final long serialVersionUID = 1L;

  private final AggregateFunction<I, A, O> function;

  public AggregatingStateDescriptor(
      String name, AggregateFunction<I, A, O> function, Class<A> type) {
    this(name, function, TypeInformation.of(type));
  }

  public AggregatingStateDescriptor(
      String name, AggregateFunction<I, A, O> function, TypeInformation<A> type) {
    super(name, type);
    this.function = Objects.requireNonNull(function, "function");
  }

  public AggregateFunction<I, A, O> function() {
    return function;
  }
}
