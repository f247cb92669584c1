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

  boolean exists(String path) throws IOException;

  /** Deletes a file or a whole directory; true if something was there. */
  boolean delete(String path) throws IOException;

  /** All files below a directory, as paths of this store, sorted; empty if it isn't there. */
  List<String> list(String directory) throws IOException;

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
