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
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cut of a database, once the cache has written what the cut needs: a view of it, or its files.
 * The files are made by the thread that writes the cut, as the write buffer must be flushed for
 * them; nothing newer may be written before. The task thread never waits for that: if it can't go
 * on without writing, it takes a view in their place, and files that are being made are of no use
 * then. Abandoned and released by any thread.
 */
final class DatabaseCut implements StateStorage.Cut {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseCut.class);

  private final Database database;
  private final Optional<List<StoredState>> states;
  private final BooleanSupplier classNames;
  private final CompletableFuture<Void> prepared = new CompletableFuture<>();
  // Changed under the monitor, which nobody holds for long.
  private volatile Form form = Form.UNWRITTEN;
  private Optional<Database.View> view = Optional.empty();
  private Optional<DatabaseFiles> files = Optional.empty();
  private volatile boolean abandoned;

  private enum Form {
    /** The database has not all of it yet. */
    UNWRITTEN,
    /** The database has all of it and nothing newer; files of it can be made. */
    AWAITS_FILES,
    FILES,
    VIEW,
    /** There is nothing to be had of it, because its files could not be made or it was released. */
    NONE
  }

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
      if (form == Form.UNWRITTEN) {
        if (states.isPresent() && !classNames.getAsBoolean()) {
          files = Optional.of(database.files());
          form = Form.AWAITS_FILES;
        } else {
          view = Optional.of(database.view());
          form = Form.VIEW;
        }
      }
    }
    prepared.complete(null);
  }

  /** Whether the database may get what is newer, after {@link #written}. */
  boolean isTaken() {
    return form != Form.AWAITS_FILES;
  }

  /** Takes a view if there are no files yet, after {@link #written}. Task thread. */
  synchronized void takeView() {
    if (form == Form.AWAITS_FILES) {
      LOG.info(
          "The cache is full before the files of a checkpoint are made: it is written whole, and the"
              + " next one can share no files with it. More state.rocksdb.cache-memory helps");
      view = Optional.of(database.view());
      form = Form.VIEW;
    }
  }

  /** Whether nobody wants it any more, so that it need not be written or taken. */
  boolean isAbandoned() {
    return abandoned;
  }

  /** Nothing more is done for it. Task thread. */
  void over() {
    prepared.complete(null);
  }

  /** What the cut sees, when it is prepared and files of it were refused or not to be had. */
  synchronized Database.View view() {
    if (form == Form.AWAITS_FILES) {
      throw new IllegalStateException("Nobody has asked for the files of the cut yet");
    }
    return view.orElseThrow(() -> new CancellationException("The snapshot was aborted"));
  }

  /** Whether the states are in files, after {@link #withFiles}. */
  boolean isInFiles() {
    return form == Form.FILES;
  }

  @Override
  public CompletionStage<Void> prepared() {
    return prepared;
  }

  @Override
  public <R> Optional<R> withFiles(StoreFiles.Use<R> use) throws IOException {
    makeFiles(DatabaseFiles::make);
    Optional<DatabaseFiles> made;
    synchronized (this) {
      if (form == Form.NONE) {
        throw new CancellationException("The snapshot was aborted");
      }
      made = form == Form.FILES ? files : Optional.empty();
    }
    return made.isPresent()
        ? Optional.of(use.apply(made.get().list(states.orElseThrow())))
        : Optional.empty();
  }

  /**
   * Makes the files, unless something else was decided.
   *
   * @param maker called without the monitor: it takes long
   */
  void makeFiles(Consumer<DatabaseFiles> maker) {
    DatabaseFiles making;
    synchronized (this) {
      if (form != Form.AWAITS_FILES) {
        return;
      }
      making = files.orElseThrow();
    }
    boolean made = false;
    try {
      maker.accept(making);
      made = true;
    } finally {
      filesMade(made);
    }
  }

  /**
   * What is newer may have come into the files if the cut was abandoned, or a view taken, while
   * they were made; it has not if neither can be seen after.
   */
  private void filesMade(boolean made) {
    Optional<DatabaseFiles> useless = Optional.empty();
    synchronized (this) {
      if (form == Form.AWAITS_FILES) {
        form = made && !abandoned ? Form.FILES : Form.NONE;
      } else {
        useless = files;
        files = Optional.empty();
      }
    }
    useless.ifPresent(DatabaseFiles::close);
  }

  @Override
  public void abandon() {
    abandoned = true;
  }

  @Override
  public void release() {
    abandoned = true;
    Optional<Database.View> oldView;
    Optional<DatabaseFiles> oldFiles;
    synchronized (this) {
      form = Form.NONE;
      oldView = view;
      oldFiles = files;
      view = Optional.empty();
      files = Optional.empty();
    }
    oldView.ifPresent(Database.View::close);
    oldFiles.ifPresent(DatabaseFiles::close);
  }
}
