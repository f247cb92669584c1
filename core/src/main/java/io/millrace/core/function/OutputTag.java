package io.millrace.core.function;

import io.millrace.core.types.TypeHint;
import io.millrace.core.types.TypeInformation;
import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;

/** Names a side output. Two tags with the same id are the same output. */
public final class OutputTag<T> implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String id;
  private final TypeInformation<T> type;

  private OutputTag(String id, TypeInformation<T> type) {
    this.id = Objects.requireNonNull(id, "id");
    this.type = type;
  }

  /** A side output whose type is found from the values as they come. */
  public OutputTag(String id) {
    this(id, (TypeInformation<T>) null);
  }

  public OutputTag(String id, Class<T> type) {
    this(id, TypeInformation.of(type));
  }

  public OutputTag(String id, TypeHint<T> type) {
    this(id, TypeInformation.of(type));
  }

  public String id() {
    return id;
  }

  public Optional<TypeInformation<T>> type() {
    return Optional.ofNullable(type);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OutputTag<?> tag && tag.id.equals(id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "OutputTag(" + id + ")";
  }
}
