package io.millrace.runtime.state;

import io.millrace.core.storage.FileStore;
import io.millrace.runtime.state.StateHandles.SharedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Brings the files of one checkpoint of a subtask to where checkpoints share them, but for those
 * that its base has already (invariant CC10). For one thread.
 */
public final class SharedUpload {
  private static final int BUFFER_BYTES = 1 << 16;

  private final SharedFilesByOperator base;
  private final Names names;
  private final Map<String, Map<String, SharedFile>> brought = new HashMap<>();

  /** Gives a file its path in the checkpoint store. */
  @FunctionalInterface
  public interface Names {
    String path(String uid, String name);
  }

  /**
   * @param base what a complete checkpoint has, which stays until this one is complete
   */
  public SharedUpload(SharedFilesByOperator base, Names names) {
    this.base = base;
    this.names = names;
  }

  /** For a snapshot that has nothing to share. */
  static SharedUpload none() {
    return new SharedUpload(
        SharedFilesByOperator.EMPTY,
        (uid, name) -> {
          throw new IllegalStateException("Operator " + uid + " has no place for " + name);
        });
  }

  SharedFile bring(FileStore store, String uid, StoreFiles.LocalFile local) throws IOException {
    Optional<SharedFile> known = base.find(uid, local.name());
    SharedFile file = known.isPresent() ? known.get() : upload(store, uid, local);
    brought.computeIfAbsent(uid, u -> new HashMap<>()).put(local.name(), file);
    return file;
  }

  private SharedFile upload(FileStore store, String uid, StoreFiles.LocalFile local)
      throws IOException {
    String path = names.path(uid, local.name());
    // Read before it is there: what is there later is then what was checked.
    int crc = checksum(local.path());
    long length = Files.size(local.path());
    store.importFile(local.path(), path);
    return new SharedFile(path, local.name(), length, crc);
  }

  /** All files of the checkpoint, also those that it has from its base. */
  public SharedFilesByOperator files() {
    return new SharedFilesByOperator(brought);
  }

  static int checksum(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        crc.update(buffer, 0, read);
      }
    }
    return (int) crc.getValue();
  }
}
