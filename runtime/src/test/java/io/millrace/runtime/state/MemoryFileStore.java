package io.millrace.runtime.state;

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
import java.util.TreeMap;

/** Files in memory. */
public final class MemoryFileStore implements FileStore {
  private final TreeMap<String, byte[]> files = new TreeMap<>();

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
    if (!files.containsKey(path)) {
      throw new NoSuchFileException(path);
    }
    return new ByteArrayInputStream(files.get(path));
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

  public byte[] bytes(String path) {
    return files.get(path);
  }

  public void put(String path, byte[] bytes) {
    files.put(path, bytes);
  }
}
