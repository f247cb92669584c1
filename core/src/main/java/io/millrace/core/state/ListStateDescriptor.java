package io.millrace.core.state;

import io.millrace.core.types.TypeInformation;

/** Describes a {@link ListState}. */
public final class ListStateDescriptor<T> extends StateDescriptor<T> {
  private static final long serialVersionUID = 1L;

  public ListStateDescriptor(String name, Class<T> type) {
    this(name, TypeInformation.of(type));
  }

  public ListStateDescriptor(String name, TypeInformation<T> type) {
    super(name, type);
  }
}
