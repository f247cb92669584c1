package io.millrace.runtime.state.heap;

import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.PanedState.Merger;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Merges panes one key group after the other: the group's entries of all panes are read
 * sequentially into a small table, which then has each key once. A look-up an entry, where asking
 * each pane for each key takes as many as there are panes. Memory for the entries of one key group.
 */
final class HeapPaneMerge<A> implements PaneCursor<A> {
  private static final int FIRST_CAPACITY = 64;

  private final List<Pane<A>> panes;
  private final Segment[][][] directories;
  private final Merger<A> merger;
  private final CurrentKey key;
  private final int groups;
  private int group;
  private boolean closed;

  // The entries of the key group, in the order they were met; which of the key arrays is used
  // depends on the keys.
  private final boolean longKeys;
  private long[] longs;
  private Object[] objects = {};
  private int[] hashes = new int[FIRST_CAPACITY];
  private Object[] accumulators = new Object[FIRST_CAPACITY];
  private int count;
  private int current = -1;

  /** Numbers of entries plus one by the hashes of their keys; zero is a free place. */
  private int[] index = new int[4 * FIRST_CAPACITY];

  /**
   * @param panes in the order of their merging
   */
  HeapPaneMerge(List<Pane<A>> panes, Merger<A> merger, CurrentKey key) {
    this.panes = panes;
    this.merger = merger;
    this.key = key;
    this.longKeys = key.isLong();
    this.longs = longKeys ? new long[FIRST_CAPACITY] : new long[0];
    this.objects = longKeys ? new Object[0] : new Object[FIRST_CAPACITY];
    this.directories = new Segment[panes.size()][][];
    int most = 0;
    for (int i = 0; i < directories.length; i++) {
      directories[i] = panes.get(i).table().capture();
      most = Math.max(most, directories[i].length);
      panes.get(i).beginWalk();
    }
    this.groups = most;
  }

  @Override
  public boolean advance() {
    current++;
    while (current >= count) {
      if (closed || group == groups) {
        close();
        return false;
      }
      mergeGroup(group++);
      current = 0;
    }
    if (longKeys) {
      key.set(longs[current], hashes[current]);
    } else {
      key.set(objects[current], hashes[current]);
    }
    return true;
  }

  private void mergeGroup(int merged) {
    Arrays.fill(objects, 0, longKeys ? 0 : count, null);
    Arrays.fill(accumulators, 0, count, null);
    Arrays.fill(index, 0);
    count = 0;
    for (int i = 0; i < directories.length; i++) {
      if (!panes.get(i).isDropped()) {
        Segment[] directory = directories[i][merged];
        for (int at = 0; at < directory.length; at += directory.length >>> directory[at].depth()) {
          mergeSegment(panes.get(i).table(), directory[at]);
        }
      }
    }
  }

  private void mergeSegment(StateTable<A> table, Segment segment) {
    int left = segment.size();
    for (int slot = 0; left > 0; slot++) {
      if (segment.isUsed(slot)) {
        left--;
        merge(segment, slot, table.load(segment, slot));
      }
    }
  }

  @SuppressWarnings("unchecked") // what was put
  private void merge(Segment segment, int slot, A stored) {
    int hash = segment.hash(slot);
    int mask = index.length - 1;
    int place = spread(hash) & mask;
    while (index[place] != 0) {
      int entry = index[place] - 1;
      if (hashes[entry] == hash && isKey(entry, segment, slot)) {
        accumulators[entry] = merger.merge((A) accumulators[entry], stored);
        return;
      }
      place = (place + 1) & mask;
    }
    if (count == accumulators.length) {
      grow();
      merge(segment, slot, stored);
      return;
    }
    index[place] = count + 1;
    hashes[count] = hash;
    accumulators[count] = merger.first(stored);
    if (longKeys) {
      longs[count] = segment.longKey(slot);
    } else {
      objects[count] = segment.objectKey(slot);
    }
    count++;
  }

  /** Keys of one group have their lowest bits in common. */
  private static int spread(int hash) {
    int mixed = hash * 0x9E3779B9;
    return mixed ^ mixed >>> 15;
  }

  private boolean isKey(int entry, Segment segment, int slot) {
    return longKeys
        ? longs[entry] == segment.longKey(slot)
        : key.codec().sameKey(objects[entry], segment.objectKey(slot));
  }

  private void grow() {
    int capacity = 2 * count;
    hashes = Arrays.copyOf(hashes, capacity);
    accumulators = Arrays.copyOf(accumulators, capacity);
    longs = longKeys ? Arrays.copyOf(longs, capacity) : longs;
    objects = longKeys ? objects : Arrays.copyOf(objects, capacity);
    index = new int[4 * capacity];
    int mask = index.length - 1;
    for (int entry = 0; entry < count; entry++) {
      int place = spread(hashes[entry]) & mask;
      while (index[place] != 0) {
        place = (place + 1) & mask;
      }
      index[place] = entry + 1;
    }
  }

  @Override
  @SuppressWarnings("unchecked") // what was put
  public A accumulator() {
    if (closed || current < 0 || current >= count) {
      throw new NoSuchElementException("The walk over merged panes is on no entry");
    }
    return (A) accumulators[current];
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      panes.forEach(Pane::endWalk);
    }
  }
}
