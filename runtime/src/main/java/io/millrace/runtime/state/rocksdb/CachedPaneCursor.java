package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryReader;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.heap.CurrentKey;
import io.millrace.runtime.state.heap.EntryCursor;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Walks a pane: first the keys that the cache has when the walk begins, then those that only the
 * database has then. Nothing is written for it. Each entry is looked up again when it is met, so
 * that it is seen as it is then.
 */
final class CachedPaneCursor<A> implements PaneCursor<A> {
  private final CachedPane<A> pane;
  private final ObjectCache cache;
  private final CurrentKey key;
  private final Function<EntryCursor<A>, A> accumulators;
  private final Consumer<CachedPaneCursor<A>> whenClosed;
  private final CachedKeys cached;
  private final Optional<StoredKeys> stored;
  private final PairedKeys keys;
  private boolean closed;

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
    this.cached = pane.table().walk();
    this.stored = pane.table().isComplete() ? Optional.empty() : Optional.of(new StoredKeys());
    this.keys =
        new PairedKeys(
            () -> stored.isPresent() && stored.get().next(), cached::hasCurrent, cached::next);
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
      cached.close();
      stored.ifPresent(StoredKeys::close);
      whenClosed.accept(this);
    }
  }

  /** The keys that the database has at the beginning. */
  private final class StoredKeys {
    private final int prefixLength = pane.table().store().keys().prefixLength();
    private final Database.View view;
    private final Database.Walk walk;

    private StoredKeys() {
      // What has left the cache is in the database, but for what waits in the batch.
      cache.batch().write();
      view = cache.database().view();
      walk = view.walk(pane.table().store().keys().ofTable());
    }

    private boolean next() {
      if (!walk.next()) {
        return false;
      }
      makeCurrent(walk.key());
      return true;
    }

    private void makeCurrent(byte[] storeKey) {
      key.set(
          key.codec()
              .decode(
                  new BinaryReader(
                      storeKey, prefixLength, storeKey.length - prefixLength, cache.loader())));
    }

    private void close() {
      walk.close();
      view.close();
    }
  }
}
