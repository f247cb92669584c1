package io.millrace.runtime.state.heap;

import java.util.Arrays;

/**
 * The timers of one key group: a binary heap, and a hash table that finds duplicates and what is to
 * be deleted. The heap's array is copied on the first change after a cut. Owned by the task thread.
 */
final class TimerGroup<N> {
  private static final int MIN_CAPACITY = 8;
  private static final Object NO_KEY = "a long key";

  private final CutClock clock;
  private final CurrentKey key;
  private TimerEntry<N>[] heap = newArray(0);
  private TimerEntry<N>[] table = newArray(0);
  private int size;
  private long stamp;

  TimerGroup(CutClock clock, CurrentKey key) {
    this.clock = clock;
    this.key = key;
    this.stamp = clock.version();
  }

  @SuppressWarnings("unchecked")
  private static <N> TimerEntry<N>[] newArray(int length) {
    return (TimerEntry<N>[]) new TimerEntry<?>[length];
  }

  int size() {
    return size;
  }

  TimerEntry<N> first() {
    return heap[0];
  }

  /** The heap as it is; not changed while a cut taken now is held. */
  TimerEntry<N>[] heap() {
    return heap;
  }

  /** Registers a timer of the current key; false if it is there. */
  boolean add(long timestamp, long sequence, N namespace) {
    if (size + 1 > table.length / 2) {
      growTable();
    }
    int slot = find(timestamp, namespace);
    if (table[slot] != null) {
      return false;
    }
    TimerEntry<N> timer =
        new TimerEntry<>(
            timestamp,
            sequence,
            key.isLong() ? key.longKey() : 0,
            key.isLong() ? NO_KEY : key.retainedKey(),
            key.hash(),
            namespace);
    table[slot] = timer;
    beforeWrite();
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, Math.max(MIN_CAPACITY, size + (size >> 1)));
    }
    size++;
    up(size - 1, timer);
    return true;
  }

  /** Deletes a timer of the current key; false if it isn't there. */
  boolean delete(long timestamp, N namespace) {
    if (size == 0) {
      return false;
    }
    TimerEntry<N> timer = table[find(timestamp, namespace)];
    if (timer == null) {
      return false;
    }
    remove(timer);
    return true;
  }

  /** Removes a timer that is here. */
  void remove(TimerEntry<N> timer) {
    removeFromTable(timer);
    beforeWrite();
    int at = timer.place;
    size--;
    TimerEntry<N> moved = heap[size];
    heap[size] = null;
    if (moved != timer) {
      if (at > 0 && moved.isBefore(heap[(at - 1) / 2])) {
        up(at, moved);
      } else {
        down(at, moved);
      }
    }
  }

  private void beforeWrite() {
    if (clock.isFrozen(stamp)) {
      clock.thaw();
      if (clock.isFrozen(stamp)) {
        heap = heap.clone();
        stamp = clock.version();
      }
    }
  }

  private void up(int from, TimerEntry<N> timer) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) / 2;
      if (!timer.isBefore(heap[parent])) {
        break;
      }
      put(at, heap[parent]);
      at = parent;
    }
    put(at, timer);
  }

  private void down(int from, TimerEntry<N> timer) {
    int at = from;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && heap[child + 1].isBefore(heap[child])) {
        child++;
      }
      if (!heap[child].isBefore(timer)) {
        break;
      }
      put(at, heap[child]);
      at = child;
    }
    put(at, timer);
  }

  private void put(int at, TimerEntry<N> timer) {
    heap[at] = timer;
    timer.place = at;
  }

  /** The slot of the current key's timer, or the free one where it would go. */
  private int find(long timestamp, N namespace) {
    int mask = table.length - 1;
    int slot = home(key.hash(), timestamp, namespace);
    while (table[slot] != null && !isSame(table[slot], timestamp, namespace)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private boolean isSame(TimerEntry<N> timer, long timestamp, N namespace) {
    return timer.timestamp() == timestamp
        && timer.hash() == key.hash()
        && (key.isLong()
            ? timer.longKey() == key.longKey()
            : key.codec().sameKey(timer.objectKey(), key.objectKey()))
        && timer.namespace().equals(namespace);
  }

  private int home(int hash, long timestamp, N namespace) {
    long mixed = (hash ^ timestamp * 0x9E3779B97F4A7C15L) + namespace.hashCode();
    mixed *= 0xD6E8FEB86659FD93L;
    return (int) (mixed >>> 33) & (table.length - 1);
  }

  private int home(TimerEntry<N> timer) {
    return home(timer.hash(), timer.timestamp(), timer.namespace());
  }

  private void growTable() {
    TimerEntry<N>[] old = table;
    table = newArray(Math.max(2 * MIN_CAPACITY, old.length * 2));
    for (TimerEntry<N> timer : old) {
      if (timer != null) {
        int slot = home(timer);
        while (table[slot] != null) {
          slot = (slot + 1) & (table.length - 1);
        }
        table[slot] = timer;
      }
    }
  }

  private void removeFromTable(TimerEntry<N> timer) {
    int mask = table.length - 1;
    int hole = home(timer);
    while (table[hole] != timer) {
      hole = (hole + 1) & mask;
    }
    for (int next = (hole + 1) & mask; table[next] != null; next = (next + 1) & mask) {
      if (((next - home(table[next])) & mask) >= ((next - hole) & mask)) {
        table[hole] = table[next];
        hole = next;
      }
    }
    table[hole] = null;
  }
}
