package io.millrace.testkit;

import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.StoredFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Files in memory. Safe for use by any thread. */
public final class MemoryFiles implements FileStore {
  private final Map<String, byte[]> files = new ConcurrentSkipListMap<>();

  /** Takes all files of the other store, too. */
  public void addAll(MemoryFiles other) {
    files.putAll(other.files);
  }

  @Override
  public PendingFile create(String path) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    return new PendingFile() {
      @Override
      public OutputStream stream() {
        return bytes;
      }

      @Override
      public void commit() {
        files.put(path, bytes.toByteArray());
      }

      @Override
      public boolean commitIfAbsent() {
        return files.putIfAbsent(path, bytes.toByteArray()) == null;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public InputStream open(String path) throws NoSuchFileException {
    byte[] bytes = files.get(path);
    if (bytes == null) {
      throw new NoSuchFileException(path);
    }
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public boolean exists(String path) {
    return files.containsKey(path);
  }

  @Override
  public boolean delete(String path) {
    return files.keySet().removeIf(name -> name.equals(path) || name.startsWith(path + "/"));
  }

  @Override
  public List<StoredFile> describe(String directory) {
    List<StoredFile> found = new ArrayList<>();
    files.forEach(
        (path, bytes) -> {
          if (path.startsWith(directory + "/")) {
            found.add(new StoredFile(path, bytes.length, Instant.EPOCH));
          }
        });
    return found;
  }

  @Override
  public String location() {
    return "memory";
  }
}
