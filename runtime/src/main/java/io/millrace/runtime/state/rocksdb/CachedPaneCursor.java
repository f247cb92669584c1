package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryReader;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.heap.CurrentKey;
import io.millrace.runtime.state.heap.EntryCursor;
import io.millrace.runtime.state.heap.Segment;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Walks a pane: through the segments of the cache if it has all of the pane when the walk begins,
 * else through the database, which is made the newest then. Each entry is looked up again when it
 * is met, so that it is seen as it is then.
 */
final class CachedPaneCursor<A> implements PaneCursor<A> {
  private final CachedPane<A> pane;
  private final ObjectCache cache;
  private final CurrentKey key;
  private final Function<EntryCursor<A>, A> accumulators;
  private final Consumer<CachedPaneCursor<A>> whenClosed;
  private final Keys keys;
  private boolean closed;

  /** Makes one key after the other current. */
  private interface Keys extends AutoCloseable {
    boolean next();

    @Override
    void close();
  }

  CachedPaneCursor(
      CachedPane<A> pane,
      ObjectCache cache,
      Function<EntryCursor<A>, A> accumulators,
      Consumer<CachedPaneCursor<A>> whenClosed) {
    this.pane = pane;
    this.cache = cache;
    this.key = cache.key();
    this.accumulators = accumulators;
    this.whenClosed = whenClosed;
    this.keys = pane.table().isComplete() ? new CachedKeys() : new StoredKeys();
  }

  @Override
  public boolean advance() {
    while (!closed && !pane.isDropped() && keys.next()) {
      if (pane.entries().find()) {
        return true;
      }
    }
    close();
    return false;
  }

  @Override
  public A accumulator() {
    if (closed || !pane.entries().find()) {
      throw new NoSuchElementException("The cursor of pane " + pane.start() + " is on no entry");
    }
    return accumulators.apply(pane.entries());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      keys.close();
      whenClosed.accept(this);
    }
  }

  /** The keys of the segments there are at the beginning, in which nothing is moved meanwhile. */
  private final class CachedKeys implements Keys {
    private final Segment[][] directories = pane.table().entries().capture();
    private int group;
    private int place;
    private int slot = -1;

    private CachedKeys() {
      pane.table().beginWalk();
    }

    @Override
    public boolean next() {
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

    @Override
    public void close() {
      pane.table().endWalk();
    }
  }

  /** The keys that the database has at the beginning, when it has all that the cache has. */
  private final class StoredKeys implements Keys {
    private final int prefixLength = pane.table().keys().prefixLength();
    private final Database.View view;
    private final Database.Walk walk;

    private StoredKeys() {
      cache.cleanAll(pane.table());
      view = cache.database().view();
      walk = view.walk(pane.table().keys().ofTable());
    }

    @Override
    public boolean next() {
      if (!walk.next()) {
        return false;
      }
      byte[] stored = walk.key();
      key.set(
          key.codec()
              .decode(
                  new BinaryReader(
                      stored, prefixLength, stored.length - prefixLength, cache.loader())));
      return true;
    }

    @Override
    public void close() {
      walk.close();
      view.close();
    }
  }
}
