package io.millrace.runtime.state;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Rows with their marks, to be filled again and again without allocation. Owned by one operator's
 * subtask; what iterates over it must be done before it is filled anew.
 */
public final class RowList<T> implements Iterable<T> {
  private static final int FIRST_CAPACITY = 8;

  private Object[] rows = new Object[FIRST_CAPACITY];
  private long[] marks = new long[FIRST_CAPACITY];
  private int size;

  public void add(T row, long mark) {
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, size * 2);
      marks = Arrays.copyOf(marks, size * 2);
    }
    rows[size] = row;
    marks[size] = mark;
    size++;
  }

  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  @SuppressWarnings("unchecked") // as added
  public T get(int index) {
    return (T) rows[index];
  }

  public long mark(int index) {
    return marks[index];
  }

  public void clear() {
    Arrays.fill(rows, 0, size, null);
    size = 0;
  }

  /** Turns round the order of the rows from an index on. */
  public void reverse(int from) {
    for (int low = from, high = size - 1; low < high; low++, high--) {
      swap(low, high);
    }
  }

  private void swap(int one, int other) {
    Object row = rows[one];
    rows[one] = rows[other];
    rows[other] = row;
    long mark = marks[one];
    marks[one] = marks[other];
    marks[other] = mark;
  }

  /**
   * Merges two ascending runs of marks, of which the second begins at an index, into one.
   *
   * @param middle where the second run begins
   */
  public void merge(int middle) {
    if (middle == 0 || middle == size || marks[middle - 1] <= marks[middle]) {
      return;
    }
    Object[] firstRows = Arrays.copyOf(rows, middle);
    long[] firstMarks = Arrays.copyOf(marks, middle);
    int first = 0;
    int second = middle;
    for (int to = 0; first < middle; to++) {
      if (second == size || firstMarks[first] <= marks[second]) {
        rows[to] = firstRows[first];
        marks[to] = firstMarks[first++];
      } else {
        rows[to] = rows[second];
        marks[to] = marks[second++];
      }
    }
  }

  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < size;
      }

      @Override
      public T next() {
        if (next >= size) {
          throw new NoSuchElementException("There are " + size + " rows");
        }
        return get(next++);
      }
    };
  }
}
