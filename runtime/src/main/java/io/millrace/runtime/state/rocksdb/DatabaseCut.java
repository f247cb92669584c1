package io.millrace.runtime.state.rocksdb;

import io.millrace.runtime.state.heap.StateStorage;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A cut of a database: a view of it, once the cache has written what the cut needs. Begun and taken
 * on the task thread, read by one other, released by any.
 */
final class DatabaseCut implements StateStorage.Cut {
  private final Database database;
  private final CompletableFuture<Void> prepared = new CompletableFuture<>();
  private Optional<Database.View> view = Optional.empty();
  private boolean released;

  DatabaseCut(Database database) {
    this.database = database;
  }

  /** The database has all of the cut and nothing newer. */
  void take() {
    synchronized (this) {
      if (!released) {
        view = Optional.of(database.view());
      }
    }
    prepared.complete(null);
  }

  /** What the cut sees, after it was taken. */
  synchronized Database.View view() {
    return view.orElseThrow(() -> new CancellationException("The snapshot was aborted"));
  }

  @Override
  public CompletionStage<Void> prepared() {
    return prepared;
  }

  @Override
  public synchronized void release() {
    released = true;
    view.ifPresent(Database.View::close);
    view = Optional.empty();
  }
}
