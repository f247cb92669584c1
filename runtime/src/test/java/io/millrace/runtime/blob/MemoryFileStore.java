package io.millrace.runtime.blob;

import io.millrace.core.storage.FileStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.TreeMap;

/** Files in memory. */
final class MemoryFileStore implements FileStore {
  final TreeMap<String, byte[]> files = new TreeMap<>();

  @Override
  public PendingFile create(String path) {
    return new PendingFile() {
      private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

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
    return files.remove(path) != null;
  }

  @Override
  public List<String> list(String directory) {
    return files.keySet().stream().filter(path -> path.startsWith(directory + "/")).toList();
  }

  @Override
  public String location() {
    return "memory";
  }
}
