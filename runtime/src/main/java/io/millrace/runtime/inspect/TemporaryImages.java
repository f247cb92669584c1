package io.millrace.runtime.inspect;

import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles.StoreImage;
import io.millrace.runtime.state.StoreImages;
import io.millrace.runtime.state.rocksdb.RocksDbEnvironment;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads state in files of RocksDB with databases in a temporary directory, which is made when it is
 * first needed: savepoints never need it. For one thread.
 */
public final class TemporaryImages implements StoreImages, AutoCloseable {
  /** Each entry is read once: a cache would only take memory. */
  private static final RocksDbSettings READING =
      new RocksDbSettings(0, 8 << 20, 4 << 20, 1, 512, 0, false);

  private final Optional<Path> parent;
  private Opened opened;

  private record Opened(Path directory, RocksDbEnvironment databases) {}

  /** In the system's directory for temporary files. */
  public TemporaryImages() {
    this.parent = Optional.empty();
  }

  /**
   * @param parent of the temporary directory: on the disk of the files it costs links, elsewhere
   *     copies
   */
  public TemporaryImages(Path parent) {
    this.parent = Optional.of(parent);
  }

  @Override
  public void read(
      String uid,
      StoreImage image,
      SnapshotReader reader,
      KeyGroupRange wanted,
      SnapshotReader.GroupConsumer consumer)
      throws IOException {
    if (opened == null) {
      Path directory =
          parent.isPresent()
              ? Files.createTempDirectory(Files.createDirectories(parent.get()), "state-")
              : Files.createTempDirectory("millrace-state-");
      opened = new Opened(directory, new RocksDbEnvironment(directory, READING));
    }
    opened.databases().images().read(uid, image, reader, wanted, consumer);
  }

  @Override
  public void close() throws IOException {
    if (opened != null) {
      Opened last = opened;
      opened = null;
      last.databases().close();
      Files.delete(last.directory());
    }
  }
}
