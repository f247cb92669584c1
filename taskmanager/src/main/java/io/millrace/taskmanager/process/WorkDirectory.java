package io.millrace.taskmanager.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of one TaskManager process: nothing in it outlives the process. It is locked while
 * the process lives; those of processes that were killed are deleted at the next start of one.
 */
final class WorkDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkDirectory.class);
  private static final String PREFIX = "millrace-taskmanager-";
  private static final String LOCK = "lock";

  private final Path path;
  private final FileChannel lock;

  private WorkDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Sweeps what killed processes left in {@code parent} and makes a new one there. */
  static WorkDirectory claim(Path parent) throws IOException {
    Files.createDirectories(parent);
    sweep(parent);
    // Of its own: what killed processes left is not trusted.
    Path path = Files.createTempDirectory(parent, PREFIX);
    // Locked before it has its name: another process that starts now takes a lock file that nobody
    // holds for that of a dead one.
    Path unnamed = path.resolve(LOCK + ".new");
    FileChannel lock = open(unnamed);
    if (lock.tryLock() == null) {
      lock.close();
      throw new IOException(path + " was made just now and is locked by another process");
    }
    Files.move(unnamed, path.resolve(LOCK), StandardCopyOption.ATOMIC_MOVE);
    return new WorkDirectory(path, lock);
  }

  private static FileChannel open(Path lock) throws IOException {
    return FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static void sweep(Path parent) throws IOException {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path directory : found) {
        // One without a lock file may be about to get it.
        if (Files.exists(directory.resolve(LOCK))) {
          sweepIfDead(directory);
        }
      }
    }
  }

  private static void sweepIfDead(Path directory) {
    try (FileChannel channel = open(directory.resolve(LOCK));
        FileLock taken = channel.tryLock()) {
      if (taken != null) {
        delete(directory);
      }
    } catch (OverlappingFileLockException e) {
      // It is this process's own.
      return;
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{} was left behind and could not be deleted", directory, e);
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(directory)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
  }

  Path path() {
    return path;
  }

  /** Deletes it. */
  @Override
  public void close() {
    try {
      delete(path);
      lock.close();
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{} could not be deleted; the next start will", path, e);
    }
  }
}
