package io.millrace.runtime.state.rocksdb;

import io.millrace.runtime.state.heap.Segment;
import io.millrace.runtime.state.heap.StateTable;

/** Goes round the segments of a table, whatever becomes of them meanwhile. */
final class SegmentHand {
  private final StateTable<?> table;
  private int group;
  private int place;
  private int slot;

  SegmentHand(StateTable<?> table) {
    this.table = table;
  }

  /** The segment it points to. */
  Segment segment() {
    if (place >= table.directory(group).length) {
      nextGroup();
    }
    return table.directory(group)[place];
  }

  int group() {
    return group;
  }

  int slot() {
    return slot;
  }

  void at(int newSlot) {
    slot = newSlot;
  }

  /** A hash of the segment, which must not be empty. */
  int anyHash() {
    Segment segment = segment();
    for (int i = 0; i < segment.slots(); i++) {
      if (segment.isUsed(i)) {
        return segment.hash(i);
      }
    }
    throw new IllegalStateException("The segment is empty");
  }

  void next() {
    Segment[] directory = table.directory(group);
    place += directory.length >>> directory[place].depth();
    slot = 0;
    if (place >= directory.length) {
      nextGroup();
    }
  }

  private void nextGroup() {
    group = (group + 1) % table.groups();
    place = 0;
    slot = 0;
  }
}
