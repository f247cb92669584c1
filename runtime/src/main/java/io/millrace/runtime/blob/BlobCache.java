package io.millrace.runtime.blob;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Local copies of blobs. A copy is used only after its hash was verified: when it was fetched, and
 * once per process for one that was here before. Safe for use by any thread; calls block.
 */
public final class BlobCache {
  private static final int TRIES = 2;

  private final Path directory;
  private final BlobFetcher fetcher;

  /** One lock per key that is being fetched or was. */
  private final Map<BlobKey, Object> locks = new ConcurrentHashMap<>();

  private final Set<BlobKey> verified = ConcurrentHashMap.newKeySet();

  public BlobCache(Path directory, BlobFetcher fetcher) {
    this.directory = directory;
    this.fetcher = fetcher;
  }

  /**
   * The local copy, fetched if need be.
   *
   * @throws IOException if it cannot be fetched, or arrived damaged twice, naming the blob
   */
  public Path get(BlobKey key) throws IOException {
    synchronized (locks.computeIfAbsent(key, k -> new Object())) {
      Path file = directory.resolve(key + ".jar");
      if (Files.exists(file)) {
        if (verified.contains(key) || BlobKey.ofFile(file).equals(key)) {
          verified.add(key);
          return file;
        }
        Files.delete(file);
      }
      fetch(key, file);
      verified.add(key);
      return file;
    }
  }

  private void fetch(BlobKey key, Path file) throws IOException {
    Files.createDirectories(directory);
    for (int i = 0; i < TRIES; i++) {
      Path partial = Files.createTempFile(directory, "fetch-", ".partial");
      try {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial))) {
          fetcher.fetch(key, out);
        }
        if (BlobKey.ofFile(partial).equals(key)) {
          Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
          return;
        }
      } finally {
        Files.deleteIfExists(partial);
      }
    }
    throw new IOException(
        "Blob "
            + key
            + " arrived damaged "
            + TRIES
            + " times: its copy in the JobManager's blob store is corrupt. Submit the job again,"
            + " which stores it anew");
  }

  /** Deletes the copies that nobody needs; asked of each while no one can get it. */
  public void deleteUnless(Predicate<BlobKey> needed) throws IOException {
    for (BlobKey key : List.copyOf(verified)) {
      synchronized (locks.computeIfAbsent(key, k -> new Object())) {
        if (!needed.test(key)) {
          verified.remove(key);
          Files.deleteIfExists(directory.resolve(key + ".jar"));
        }
      }
    }
  }
}
