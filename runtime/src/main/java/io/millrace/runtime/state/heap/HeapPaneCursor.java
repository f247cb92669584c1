package io.millrace.runtime.state.heap;

import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.PaneCursor;
import java.util.NoSuchElementException;

/**
 * Walks the segments a pane had when the walk began: growth leaves them as they are, and removals
 * take place in copies meanwhile. Each entry is looked up again when it is met, so that it is seen
 * as it is then.
 */
final class HeapPaneCursor<A> implements PaneCursor<A> {
  private final Pane<A> pane;
  private final CurrentKey key;
  private final TypeSerializer<A> serializer;
  private final boolean copied;
  private final Segment[][] directories;
  private int group;
  private int place;
  private int slot = -1;
  private boolean closed;

  HeapPaneCursor(Pane<A> pane, CurrentKey key, TypeSerializer<A> serializer, boolean copied) {
    this.pane = pane;
    this.key = key;
    this.serializer = serializer;
    this.copied = copied;
    this.directories = pane.table().capture();
    pane.beginWalk();
  }

  @Override
  public boolean advance() {
    while (!closed && !pane.isDropped() && nextSlot()) {
      Segment segment = directories[group][place];
      if (key.isLong()) {
        key.set(segment.longKey(slot), segment.hash(slot));
      } else {
        key.set(segment.objectKey(slot), segment.hash(slot));
      }
      if (pane.entries().find()) {
        return true;
      }
    }
    close();
    return false;
  }

  private boolean nextSlot() {
    slot++;
    while (group < directories.length) {
      Segment[] directory = directories[group];
      while (place < directory.length) {
        Segment segment = directory[place];
        while (slot < segment.slots()) {
          if (segment.isUsed(slot)) {
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

  @Override
  public A accumulator() {
    if (closed || !pane.entries().find()) {
      throw new NoSuchElementException("The cursor of pane " + pane.start() + " is on no entry");
    }
    A accumulator = pane.entries().load();
    return copied && !pane.entries().isOwned() ? serializer.copy(accumulator) : accumulator;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      pane.endWalk();
    }
  }
}
