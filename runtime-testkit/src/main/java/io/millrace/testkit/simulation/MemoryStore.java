package io.millrace.testkit.simulation;

import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.StoredFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A store that survives every machine, and fails now and then. */
final class MemoryStore implements FileStore {
  private final World world;
  private final TreeMap<String, byte[]> files = new TreeMap<>();
  private double failures;

  MemoryStore(World world) {
    this.world = world;
  }

  void failWith(double probability) {
    failures = probability;
  }

  @Override
  public PendingFile create(String path) throws IOException {
    if (world.chance(failures)) {
      throw new IOException("No space left on device: " + path);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    return new PendingFile() {
      @Override
      public OutputStream stream() {
        return bytes;
      }

      @Override
      public void commit() throws IOException {
        if (world.chance(failures)) {
          throw new IOException("No space left on device: " + path);
        }
        files.put(path, bytes.toByteArray());
      }

      @Override
      public boolean commitIfAbsent() throws IOException {
        if (files.containsKey(path)) {
          return false;
        }
        commit();
        return true;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public InputStream open(String path) throws IOException {
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
    boolean any = files.remove(path) != null;
    for (StoredFile file : describe(path)) {
      files.remove(file.path());
      any = true;
    }
    return any;
  }

  @Override
  public List<StoredFile> describe(String directory) {
    List<StoredFile> found = new ArrayList<>();
    for (Map.Entry<String, byte[]> file : files.tailMap(directory + "/").entrySet()) {
      if (!file.getKey().startsWith(directory + "/")) {
        break;
      }
      found.add(new StoredFile(file.getKey(), file.getValue().length, Instant.EPOCH));
    }
    return found;
  }

  @Override
  public String location() {
    return "memory";
  }
}
