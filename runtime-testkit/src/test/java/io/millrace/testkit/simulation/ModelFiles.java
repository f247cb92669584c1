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
import java.util.TreeMap;

/** Files in memory, with the time at which they came by a clock that the model sets. */
final class ModelFiles implements FileStore {
  private final TreeMap<String, byte[]> files = new TreeMap<>();
  private final TreeMap<String, Instant> times = new TreeMap<>();
  private final TreeMap<String, Instant> unfinished = new TreeMap<>();
  private long now;
  private int begun;

  void tick() {
    now++;
  }

  Instant now() {
    return Instant.ofEpochSecond(now);
  }

  List<String> names() {
    return List.copyOf(files.keySet());
  }

  @Override
  public PendingFile create(String path) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String temporary = path + "." + ++begun + ".tmp";
    unfinished.put(temporary, now());
    return new PendingFile() {
      @Override
      public OutputStream stream() {
        return bytes;
      }

      @Override
      public void commit() {
        unfinished.remove(temporary);
        files.put(path, bytes.toByteArray());
        times.put(path, now());
      }

      @Override
      public boolean commitIfAbsent() {
        unfinished.remove(temporary);
        if (files.containsKey(path)) {
          return false;
        }
        commit();
        return true;
      }

      @Override
      public void close() {
        unfinished.remove(temporary);
      }
    };
  }

  /** As a writer leaves it that dies before it has committed. */
  void abandon(String path) {
    unfinished.put(path + "." + ++begun + ".tmp", now());
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
    times.keySet().removeIf(file -> file.equals(path) || file.startsWith(path + "/"));
    return files.keySet().removeIf(file -> file.equals(path) || file.startsWith(path + "/"));
  }

  @Override
  public List<StoredFile> describe(String directory) {
    List<StoredFile> found = new ArrayList<>();
    String prefix = directory.isEmpty() ? "" : directory + "/";
    files.forEach(
        (path, bytes) -> {
          if (path.startsWith(prefix)) {
            found.add(new StoredFile(path, bytes.length, times.get(path)));
          }
        });
    return found;
  }

  @Override
  public List<StoredFile> unfinished(String directory) {
    List<StoredFile> found = new ArrayList<>();
    String prefix = directory.isEmpty() ? "" : directory + "/";
    unfinished.forEach(
        (path, since) -> {
          if (path.startsWith(prefix)) {
            found.add(new StoredFile(path, 0, since));
          }
        });
    return found;
  }

  @Override
  public void discard(StoredFile file) {
    unfinished.remove(file.path());
  }

  @Override
  public String location() {
    return "memory";
  }
}
