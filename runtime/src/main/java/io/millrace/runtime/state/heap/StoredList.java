package io.millrace.runtime.state.heap;

import java.util.Arrays;

/**
 * The elements of a list state's key. Elements are only ever appended to the arrays, never changed
 * or removed in them, so that a reader that knows a size may go on reading while the list grows.
 */
final class StoredList<T> {
  private static final Object[] NONE = {};

  private final boolean timed;
  private Object[] elements = NONE;
  private long[] times = {};
  private int size;

  StoredList(boolean timed) {
    this.timed = timed;
  }

  /** Takes as long for a long list as for a short one. */
  StoredList<T> copy() {
    StoredList<T> copy = new StoredList<>(timed);
    copy.elements = elements;
    copy.times = times;
    copy.size = size;
    return copy;
  }

  void add(T element, long time) {
    if (size == elements.length) {
      int length = Math.max(4, size + (size >> 1) + 1);
      elements = Arrays.copyOf(elements, length);
      if (timed) {
        times = Arrays.copyOf(times, length);
      }
    }
    elements[size] = element;
    if (timed) {
      times[size] = time;
    }
    size++;
  }

  int size() {
    return size;
  }

  @SuppressWarnings("unchecked")
  T get(int index) {
    return (T) elements[index];
  }

  long time(int index) {
    return times[index];
  }
}
