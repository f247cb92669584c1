package io.millrace.runtime.state.heap;

import io.millrace.core.types.FlatLayout;
import java.util.Arrays;
import java.util.Optional;

/**
 * The rows of all keys of a pane, in pages. A row knows the one before it of the same key and is
 * never changed, so a cut needs no more than the pages there are: what is appended later lies
 * beyond what its keys point to. Rows are called by their number, from 1; 0 is none. Written by the
 * task thread; may be read by another up to a cut.
 *
 * <p>A row takes a word for the number of the row before it, one for its mark, and those of its
 * flat value; values that are not flat lie in pages of objects beside.
 */
public final class RowLog<T> {
  private static final int PREVIOUS = 0;
  private static final int MARK = 1;
  private static final int VALUE = 2;
  private static final int FIRST_ROWS = 16;

  private final FlatLayout<T> flat;
  private final int stride;
  private final int pageBits;
  private long[][] pages = {};
  private Object[][] objects = {};
  private int rows;

  RowLog(Optional<FlatLayout<T>> flat) {
    this.flat = flat.orElse(null);
    this.stride = VALUE + flat.map(FlatLayout::words).orElse(0);
    int most = Math.max(1, SegmentLayout.MAX_PAGE_BYTES / (Long.BYTES * stride));
    this.pageBits = 31 - Integer.numberOfLeadingZeros(most);
  }

  /** What a cut needs to read the rows that there are now. */
  private RowLog(RowLog<T> of) {
    this.flat = of.flat;
    this.stride = of.stride;
    this.pageBits = of.pageBits;
    this.pages = of.pages.clone();
    this.objects = of.objects.clone();
    this.rows = of.rows;
  }

  RowLog<T> capture() {
    return new RowLog<>(this);
  }

  /**
   * Appends a row and returns its number.
   *
   * @param previous number of the key's row before it
   */
  public int append(T value, long mark, int previous) {
    int page = rows >>> pageBits;
    int slot = rows & ((1 << pageBits) - 1);
    int at = slot * stride;
    if (page == pages.length || at == pages[page].length) {
      makeRoom(page, slot);
    }
    long[] words = pages[page];
    words[at + PREVIOUS] = previous;
    words[at + MARK] = mark;
    if (flat != null) {
      flat.store(value, words, at + VALUE);
    } else {
      objects[page][slot] = value;
    }
    return ++rows;
  }

  /** The first page grows by steps, as most logs of rarely used panes stay small. */
  private void makeRoom(int page, int slot) {
    if (rows == Integer.MAX_VALUE - 1) {
      throw new IllegalStateException(
          "A pane of a join holds " + rows + " rows in one subtask: make its windows smaller");
    }
    int room = page > 0 ? 1 << pageBits : Math.min(1 << pageBits, Math.max(FIRST_ROWS, slot * 2));
    if (page == pages.length) {
      pages = Arrays.copyOf(pages, page + 1);
      pages[page] = new long[room * stride];
      if (flat == null) {
        objects = Arrays.copyOf(objects, page + 1);
        objects[page] = new Object[room];
      }
    } else {
      pages[page] = Arrays.copyOf(pages[page], room * stride);
      if (flat == null) {
        objects[page] = Arrays.copyOf(objects[page], room);
      }
    }
  }

  public int previous(int row) {
    return (int) pages[page(row)][at(row) + PREVIOUS];
  }

  public long mark(int row) {
    return pages[page(row)][at(row) + MARK];
  }

  @SuppressWarnings("unchecked") // as appended
  public T value(int row) {
    return flat != null
        ? flat.load(pages[page(row)], at(row) + VALUE)
        : (T) objects[page(row)][slot(row)];
  }

  private int page(int row) {
    return (row - 1) >>> pageBits;
  }

  private int slot(int row) {
    return (row - 1) & ((1 << pageBits) - 1);
  }

  private int at(int row) {
    return slot(row) * stride;
  }
}
