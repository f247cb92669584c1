package io.millrace.runtime.operators.window;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The records of a pane or session, each with the number of its arrival, so that records of several
 * panes can be handed out in the order in which they came. Owned by the operator's subtask.
 */
public final class WindowElements<T> implements Iterable<T> {
  private final List<T> elements;
  private long[] sequences;

  public WindowElements() {
    this(4);
  }

  WindowElements(int capacity) {
    elements = new ArrayList<>(capacity);
    sequences = new long[capacity];
  }

  public int size() {
    return elements.size();
  }

  T get(int i) {
    return elements.get(i);
  }

  long sequence(int i) {
    return sequences[i];
  }

  /** Appends an element with a larger number than those before. */
  public void add(T element, long sequence) {
    int size = elements.size();
    if (size == sequences.length) {
      sequences = Arrays.copyOf(sequences, Math.max(4, size * 2));
    }
    sequences[size] = sequence;
    elements.add(element);
  }

  /** The elements of both in the order of their numbers; changes neither. */
  public static <T> WindowElements<T> merge(WindowElements<T> left, WindowElements<T> right) {
    WindowElements<T> merged = new WindowElements<>(left.size() + right.size());
    int i = 0;
    int j = 0;
    while (i < left.size() || j < right.size()) {
      boolean takeLeft =
          j == right.size() || (i < left.size() && left.sequence(i) <= right.sequence(j));
      if (takeLeft) {
        merged.add(left.get(i), left.sequence(i++));
      } else {
        merged.add(right.get(j), right.sequence(j++));
      }
    }
    return merged;
  }

  @Override
  public Iterator<T> iterator() {
    return elements.iterator();
  }
}
