package io.millrace.runtime.state.rocksdb;

import io.millrace.runtime.state.StoreFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Links to the files of a database at one moment, in a directory of their own. They keep the
 * database, and go with this: what is made of them elsewhere stays. Not for two threads at a time.
 */
final class DatabaseFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseFiles.class);
  private static final String TABLE = ".sst";

  private final Database database;
  private final Path links;
  private boolean closed;

  /**
   * @param database has counted this among its users
   * @param links is not there yet
   */
  DatabaseFiles(Database database, Path links) {
    this.database = database;
    this.links = links;
  }

  /** Flushes the write buffer and makes the links. */
  void make() {
    database.link(links);
  }

  /** The files, after they were made, with what they have of states. */
  StoreFiles list(List<StoredState> states) throws IOException {
    List<StoreFiles.LocalFile> tables = new ArrayList<>();
    List<ImageDescription.SmallFile> others = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(links)) {
      for (Path file : all) {
        String name = file.getFileName().toString();
        if (name.endsWith(TABLE)) {
          tables.add(new StoreFiles.LocalFile(name, file));
        } else {
          others.add(new ImageDescription.SmallFile(name, Files.readAllBytes(file)));
        }
      }
    }
    return new StoreFiles(new ImageDescription(others, states).encode(), tables);
  }

  /** Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        Directories.delete(links);
      } catch (IOException e) {
        LOG.warn("{} could not be deleted; the next start will", links, e);
      }
      database.release();
    }
  }
}
