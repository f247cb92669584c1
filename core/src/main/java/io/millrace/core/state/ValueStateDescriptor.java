package io.millrace.core.state;

import io.millrace.core.types.TypeInformation;

/** Describes a {@link ValueState}. */
public final class ValueStateDescriptor<T> extends StateDescriptor<T> {
  private static final long serialVersionUID = 1L;

  public ValueStateDescriptor(String name, Class<T> type) {
    this(name, TypeInformation.of(type));
  }

  public ValueStateDescriptor(String name, TypeInformation<T> type) {
    super(name, type);
  }
}
