package io.millrace.runtime.state;

import io.millrace.core.state.ListState;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeSerializer;
import java.util.ArrayList;
import java.util.List;

/** A list of a subtask; mutable elements are copied in and out. Owned by the task thread. */
final class OperatorListState<T> implements ListState<T>, OperatorState {
  private final StateMeta meta;
  private final TypeSerializer<T> serializer;
  private final List<T> elements = new ArrayList<>();

  OperatorListState(StateMeta meta, TypeSerializer<T> serializer) {
    this.meta = meta;
    this.serializer = serializer;
  }

  @Override
  public Iterable<T> get() {
    return elements.stream().map(serializer::copy).toList();
  }

  @Override
  public void add(T value) {
    elements.add(serializer.copy(value));
  }

  @Override
  public void addAll(List<T> values) {
    elements.addAll(values.stream().map(serializer::copy).toList());
  }

  @Override
  public void update(List<T> values) {
    List<T> copies = values.stream().map(serializer::copy).toList();
    elements.clear();
    elements.addAll(copies);
  }

  @Override
  public void clear() {
    elements.clear();
  }

  @Override
  public StateMeta meta() {
    return meta;
  }

  @Override
  public int size() {
    return elements.size();
  }

  @Override
  public void write(BinaryWriter out) {
    elements.forEach(element -> serializer.write(element, out));
  }

  @Override
  public void read(BinaryReader in, boolean kept) {
    T element = serializer.read(in);
    if (kept) {
      elements.add(element);
    }
  }
}
