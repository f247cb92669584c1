package io.millrace.runtime.state.rocksdb;

import io.millrace.runtime.state.heap.CurrentKey;
import io.millrace.runtime.state.heap.CutClock;
import io.millrace.runtime.state.heap.Segment;
import io.millrace.runtime.state.heap.StateTable;

/**
 * A walk over the keys that a table of the cache had at one moment, removed ones among them: over
 * its segments of then, in whose place others come when keys are added or leave. Owned by the task
 * thread.
 */
final class CachedKeys implements AutoCloseable {
  private final CurrentKey key;
  private final Segment[][] directories;
  private final CutClock clock;
  private final CutClock.Hold hold;
  private int group;
  private int place;
  private int slot = -1;

  CachedKeys(StateTable<?> entries, CurrentKey key) {
    this.key = key;
    this.directories = entries.capture();
    this.clock = entries.clock();
    this.hold = clock.cut();
  }

  /** Makes the next key current, if there is one. */
  boolean next() {
    slot++;
    while (group < directories.length) {
      Segment[] directory = directories[group];
      while (place < directory.length) {
        Segment segment = directory[place];
        while (slot < segment.slots()) {
          if (segment.isUsed(slot)) {
            makeCurrent(segment);
            return true;
          }
          slot++;
        }
        slot = 0;
        place += directory.length >>> segment.depth();
      }
      place = 0;
      group++;
    }
    return false;
  }

  private void makeCurrent(Segment segment) {
    if (key.isLong()) {
      key.set(segment.longKey(slot), segment.hash(slot));
    } else {
      key.set(segment.objectKey(slot), segment.hash(slot));
    }
  }

  /** Whether the current key is one of them. */
  boolean hasCurrent() {
    Segment[] directory = directories[key.group()];
    int hash = key.hash();
    Segment segment = directory[StateTable.placeIn(directory, hash)];
    return (key.isLong() ? segment.find(key.longKey(), hash) : segment.find(key.objectKey(), hash))
        >= 0;
  }

  @Override
  public void close() {
    hold.release();
    clock.thaw();
  }
}
