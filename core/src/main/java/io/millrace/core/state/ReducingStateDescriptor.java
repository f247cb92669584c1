package io.millrace.core.state;

import io.millrace.core.function.ReduceFunction;
import io.millrace.core.types.TypeInformation;
import java.util.Objects;

/** Describes a {@link ReducingState}. */
public final class ReducingStateDescriptor<T> extends StateDescriptor<T> {
  private static final long serialVersionUID = 1L;

  private final ReduceFunction<T> function;

  public ReducingStateDescriptor(String name, ReduceFunction<T> function, Class<T> type) {
    this(name, function, TypeInformation.of(type));
  }

  public ReducingStateDescriptor(String name, ReduceFunction<T> function, TypeInformation<T> type) {
    super(name, type);
    this.function = Objects.requireNonNull(function, "function");
  }

  public ReduceFunction<T> function() {
    return function;
  }
}
