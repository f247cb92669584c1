package io.millrace.runtime.state.heap;

import io.millrace.core.state.ListState;
import io.millrace.core.types.TypeSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A list a key. What {@link #get} returns is the list of that moment and not changed by later
 * writes; mutable elements are copied in and out. With a time to live each element expires by
 * itself.
 */
public final class HeapListState<T> implements ListState<T> {
  private final ListAccess<T> access;
  private final TypeSerializer<T> serializer;
  private final boolean copied;

  public HeapListState(ListAccess<T> access, TypeSerializer<T> serializer) {
    this.access = access;
    this.serializer = serializer;
    this.copied = !serializer.isImmutable();
  }

  @Override
  public Iterable<T> get() {
    List<T> elements = access.elements();
    if (!copied || elements.isEmpty()) {
      return elements;
    }
    List<T> copies = new ArrayList<>(elements.size());
    for (T element : elements) {
      copies.add(serializer.copy(element));
    }
    return copies;
  }

  @Override
  public void add(T value) {
    access.add(owned(value));
  }

  @Override
  public void addAll(List<T> values) {
    // All or nothing: a null among them must not leave half.
    access.addAll(owned(values));
  }

  @Override
  public void update(List<T> values) {
    List<T> owned = owned(values);
    access.clear();
    access.addAll(owned);
  }

  @Override
  public void clear() {
    access.clear();
  }

  private List<T> owned(List<T> values) {
    List<T> owned = new ArrayList<>(values.size());
    for (T value : values) {
      owned.add(owned(value));
    }
    return owned;
  }

  private T owned(T value) {
    Objects.requireNonNull(value, "A list state holds no null: leave the element out");
    return copied ? serializer.copy(value) : value;
  }
}
