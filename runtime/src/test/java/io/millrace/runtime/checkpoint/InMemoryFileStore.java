package io.millrace.runtime.checkpoint;

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
import java.util.function.Predicate;

/** Files in memory, a log of the calls, and calls that fail when told so. */
public final class InMemoryFileStore implements FileStore {
  public final TreeMap<String, byte[]> files = new TreeMap<>();

  /** Such as "commit a/b"; those that failed too. */
  public final List<String> calls = new ArrayList<>();

  private Predicate<String> failing = call -> false;

  /** Fails the calls that match, as they are logged, before they have an effect. */
  public void failOn(Predicate<String> condition) {
    failing = condition;
  }

  @Override
  public PendingFile create(String path) throws IOException {
    call("create " + path);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    return new PendingFile() {
      @Override
      public OutputStream stream() {
        return bytes;
      }

      @Override
      public void commit() throws IOException {
        call("commit " + path);
        files.put(path, bytes.toByteArray());
      }

      @Override
      public boolean commitIfAbsent() throws IOException {
        call("commitIfAbsent " + path);
        return files.putIfAbsent(path, bytes.toByteArray()) == null;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public InputStream open(String path) throws IOException {
    call("open " + path);
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
  public boolean delete(String path) throws IOException {
    call("delete " + path);
    return files.keySet().removeIf(file -> file.equals(path) || file.startsWith(path + "/"));
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

  private void call(String call) throws IOException {
    calls.add(call);
    if (failing.test(call)) {
      throw new IOException("No space left on device");
    }
  }
}
