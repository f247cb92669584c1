package io.millrace.runtime.state.rocksdb;

import io.millrace.runtime.state.StoreFiles;
import io.millrace.runtime.state.heap.StateStorage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * A cut of a database, once the cache has written what the cut needs: a view of it, or its files.
 * The files are made by the thread that writes the cut, as the write buffer must be flushed for
 * them; nothing newer may be written before, so the task thread makes them itself if it can't wait.
 * Released by any thread.
 */
final class DatabaseCut implements StateStorage.Cut {
  private final Database database;
  private final Optional<List<StoredState>> states;
  private final BooleanSupplier classNames;
  private final CompletableFuture<Void> prepared = new CompletableFuture<>();
  private Optional<Database.View> view = Optional.empty();
  private Optional<Database.Image> image = Optional.empty();
  private boolean released;
  private volatile boolean taken;

  /**
   * @param states what is in the files; empty for a view
   * @param classNames whether there are entries that can't be copied as they stand, of which
   *     nothing could be made without their serializers
   */
  DatabaseCut(Database database, Optional<List<StoredState>> states, BooleanSupplier classNames) {
    this.database = database;
    this.states = states;
    this.classNames = classNames;
  }

  /** The database has all of the cut and nothing newer. Task thread. */
  void written() {
    synchronized (this) {
      if (released) {
        taken = true;
      } else if (states.isPresent() && !classNames.getAsBoolean()) {
        image = Optional.of(database.image());
      } else {
        view = Optional.of(database.view());
        taken = true;
      }
    }
    prepared.complete(null);
  }

  /** Whether the database may get what is newer. */
  boolean isTaken() {
    return taken;
  }

  /** Makes the files, or waits until they are made; after {@link #written}. */
  synchronized void take() {
    if (!taken) {
      try {
        image.ifPresent(Database.Image::make);
      } finally {
        taken = true;
      }
    }
  }

  /** What the cut sees, when it is prepared. */
  synchronized Database.View view() {
    return view.orElseThrow(() -> new CancellationException("The snapshot was aborted"));
  }

  /** Whether the states are in files, when it is prepared. */
  synchronized boolean isInFiles() {
    return image.isPresent();
  }

  @Override
  public CompletionStage<Void> prepared() {
    return prepared;
  }

  @Override
  public <R> Optional<R> withFiles(StoreFiles.Use<R> use) throws IOException {
    take();
    Optional<Database.Image> made;
    synchronized (this) {
      made = image;
    }
    return made.isPresent()
        ? Optional.of(use.apply(made.get().files(states.orElseThrow())))
        : Optional.empty();
  }

  @Override
  public synchronized void release() {
    released = true;
    taken = taken || prepared.isDone();
    view.ifPresent(Database.View::close);
    image.ifPresent(Database.Image::close);
    view = Optional.empty();
    image = Optional.empty();
  }
}
