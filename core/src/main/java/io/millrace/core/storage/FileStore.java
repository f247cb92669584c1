package io.millrace.core.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Durable files of checkpoints, blobs and HA pointers. Paths are relative to the store, with
 * forward slashes. A file is there whole or not at all. Safe for use by any thread.
 */
public interface FileStore {
  /**
   * Starts a file; it exists only after {@link PendingFile#commit}. Directories are made as needed.
   */
  PendingFile create(String path) throws IOException;

  /**
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  InputStream open(String path) throws IOException;

  /** Whether there is a file of that name. */
  boolean exists(String path) throws IOException;

  /**
   * Deletes a file or a whole directory, in no certain order; true if something was there. A
   * directory with nothing left in it may go too.
   */
  boolean delete(String path) throws IOException;

  /** Deletes files, in no certain order; those that are not there are no error. */
  default void deleteAll(List<String> paths) throws IOException {
    for (String path : paths) {
      delete(path);
    }
  }

  /** All files below a directory, as paths of this store, sorted; empty if it isn't there. */
  default List<String> list(String directory) throws IOException {
    return describe(directory).stream().map(StoredFile::path).toList();
  }

  /** The same with size and age. */
  List<StoredFile> describe(String directory) throws IOException;

  /**
   * What was begun below a directory and neither committed nor closed, sorted: its writer has died,
   * or is still at it. The names are for people and for {@link #discard} only, and a size is what
   * is known of it.
   */
  default List<StoredFile> unfinished(String directory) throws IOException {
    return List.of();
  }

  /** Removes what a writer has left unfinished; no error if it is gone. */
  default void discard(StoredFile unfinished) throws IOException {
    throw new IllegalArgumentException(unfinished.path() + " is not unfinished");
  }

  /**
   * Makes a local file durable in the store under a new name: by a link where that is possible, so
   * that the file must not be changed any more, else by a copy. Directories are made as needed.
   *
   * @throws java.nio.file.FileAlreadyExistsException if something has that name
   */
  default void importFile(Path local, String path) throws IOException {
    try (PendingFile file = create(path)) {
      Files.copy(local, file.stream());
      if (!file.commitIfAbsent()) {
        throw new FileAlreadyExistsException(path);
      }
    }
  }

  /**
   * Makes a file of the store a local one: by a link where that is possible, so that neither may be
   * changed, else by a copy.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  default void exportFile(String path, Path local) throws IOException {
    try (InputStream in = open(path)) {
      Files.copy(in, local);
    }
  }

  /** Says where this store is, for people. */
  String location();

  /** A file being written. */
  interface PendingFile extends AutoCloseable {
    OutputStream stream();

    /**
     * Makes the file durable under its name: flush, fsync, rename, fsync of the directory. Replaces
     * a file of that name.
     */
    void commit() throws IOException;

    /**
     * The same, but only if no file has that name yet.
     *
     * @return false, with nothing changed, if one has
     */
    boolean commitIfAbsent() throws IOException;

    /** Discards the file unless it was committed. */
    @Override
    void close() throws IOException;
  }
}
