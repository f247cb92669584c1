package io.millrace.runtime.state.rocksdb;

import java.util.function.BooleanSupplier;

/**
 * Walks the keys of a cache and those that a database has besides, each once, in bounded steps: for
 * each stored key that the cache has too, one of the cache's is given out, so that there is one
 * left each time and none is passed over without giving a key. Owned by the task thread.
 */
final class PairedKeys {
  private final BooleanSupplier nextStored;
  private final BooleanSupplier isCached;
  private final BooleanSupplier nextCached;
  private boolean storedIsOver;

  /**
   * @param nextStored makes the next stored key current; false if there is none
   * @param isCached whether the current key is one of the cache's
   * @param nextCached makes the cache's next key current; false if there is none
   */
  PairedKeys(BooleanSupplier nextStored, BooleanSupplier isCached, BooleanSupplier nextCached) {
    this.nextStored = nextStored;
    this.isCached = isCached;
    this.nextCached = nextCached;
  }

  /** Makes the next key of both current; false if there is none. */
  boolean next() {
    while (!storedIsOver) {
      if (!nextStored.getAsBoolean()) {
        storedIsOver = true;
      } else if (!isCached.getAsBoolean() || nextCached.getAsBoolean()) {
        return true;
      }
    }
    return nextCached.getAsBoolean();
  }
}
