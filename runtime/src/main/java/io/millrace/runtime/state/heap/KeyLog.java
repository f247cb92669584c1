package io.millrace.runtime.state.heap;

import java.util.Arrays;

/**
 * The keys of a pane in the order in which they came. Who walks them in this order meets their rows
 * nearly in the order in which they lie in memory, while in the order of their hashes each would be
 * a cache miss. Owned by the task thread.
 */
final class KeyLog {
  private static final int PAGE_BITS = 12;
  private static final int MASK = (1 << PAGE_BITS) - 1;
  private static final int FIRST_KEYS = 16;

  private long[][] longs = {};
  private Object[][] objects = {};
  private int[][] hashes = {};
  private int size;

  int size() {
    return size;
  }

  /** Appends the current key. */
  void add(CurrentKey key) {
    int page = size >>> PAGE_BITS;
    int slot = size & MASK;
    if (page == hashes.length || slot == hashes[page].length) {
      makeRoom(page, slot, key.isLong());
    }
    hashes[page][slot] = key.hash();
    if (key.isLong()) {
      longs[page][slot] = key.longKey();
    } else {
      objects[page][slot] = key.retainedKey();
    }
    size++;
  }

  private void makeRoom(int page, int slot, boolean isLong) {
    if (page == hashes.length) {
      hashes = Arrays.copyOf(hashes, page + 1);
      hashes[page] = new int[0];
      longs = Arrays.copyOf(longs, page + 1);
      longs[page] = new long[0];
      objects = Arrays.copyOf(objects, page + 1);
      objects[page] = new Object[0];
    }
    int room = page > 0 ? 1 << PAGE_BITS : Math.max(FIRST_KEYS, slot * 2);
    hashes[page] = Arrays.copyOf(hashes[page], room);
    if (isLong) {
      longs[page] = Arrays.copyOf(longs[page], room);
    } else {
      objects[page] = Arrays.copyOf(objects[page], room);
    }
  }

  /** Makes a key current. */
  void select(int index, CurrentKey key) {
    int page = index >>> PAGE_BITS;
    int slot = index & MASK;
    if (key.isLong()) {
      key.set(longs[page][slot], hashes[page][slot]);
    } else {
      key.set(objects[page][slot], hashes[page][slot]);
    }
  }
}
