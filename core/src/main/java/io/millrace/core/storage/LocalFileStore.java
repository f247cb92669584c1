package io.millrace.core.storage;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/**
 * A store in a directory of a local or NFS file system. A file is written under a temporary name in
 * its directory, synced, renamed, and the directory synced; a crash leaves at most temporary files:
 * they are {@link #unfinished}. Safe for use by any thread and by several processes.
 */
public final class LocalFileStore implements FileStore {
  private static final String TEMPORARY_PREFIX = ".";
  private static final String TEMPORARY_SUFFIX = ".tmp";

  private final Path root;
  private final FileCalls calls;

  /**
   * @param root made with the first file if it isn't there
   */
  public LocalFileStore(Path root) {
    this(root, FileCalls.real());
  }

  LocalFileStore(Path root, FileCalls calls) {
    this.root = root.toAbsolutePath().normalize();
    this.calls = calls;
  }

  /**
   * @throws IOException naming the path, if it can't be written: full disk, missing permission
   */
  @Override
  public PendingFile create(String path) throws IOException {
    Path target = resolve(path);
    if (target.equals(root)) {
      throw new IllegalArgumentException("'" + path + "' names no file in the store");
    }
    Path directory = target.getParent();
    try {
      createDirectories(directory);
      Path temporary =
          calls.createTemporary(
              directory, TEMPORARY_PREFIX + target.getFileName() + "-", TEMPORARY_SUFFIX);
      return new PendingLocalFile(calls, temporary, target);
    } catch (IOException e) {
      throw PendingLocalFile.explained(target, e);
    }
  }

  /** Makes missing directories from the top down, each durable before the next. */
  private void createDirectories(Path directory) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path at = directory; at != null && !Files.isDirectory(at); at = at.getParent()) {
      missing.push(at);
    }
    for (Path at : missing) {
      try {
        calls.createDirectory(at);
      } catch (IOException e) {
        if (!Files.isDirectory(at)) {
          throw e;
        }
        // Another writer was faster; its sync may be yet to come, so ours is not left out.
      }
      if (at.getParent() != null) {
        calls.syncDirectory(at.getParent());
      }
    }
  }

  @Override
  public void importFile(Path local, String path) throws IOException {
    Path target = resolve(path);
    try {
      createDirectories(target.getParent());
      calls.syncFile(local);
      if (linked(local, target)) {
        calls.syncDirectory(target.getParent());
        return;
      }
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException e) {
      throw PendingLocalFile.explained(target, e);
    }
    FileStore.super.importFile(local, path);
  }

  @Override
  public void exportFile(String path, Path local) throws IOException {
    Path source = resolve(path);
    if (!Files.exists(source)) {
      throw new NoSuchFileException(source.toString());
    }
    if (!linked(source, local)) {
      FileStore.super.exportFile(path, local);
    }
  }

  /** False where no link can be made: another file system, or one without links. */
  private boolean linked(Path file, Path name) throws IOException {
    try {
      calls.link(file, name);
      return true;
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException e) {
      return false;
    }
  }

  @Override
  public InputStream open(String path) throws IOException {
    return Files.newInputStream(resolve(path));
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(resolve(path));
  }

  @Override
  public boolean delete(String path) throws IOException {
    Path target = resolve(path);
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Files.walkFileTree(
        target,
        new Visitor() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            calls.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException error)
              throws IOException {
            if (error != null) {
              throw error;
            }
            calls.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
    return true;
  }

  @Override
  public List<StoredFile> describe(String directory) throws IOException {
    return described(directory, file -> !isTemporary(file));
  }

  @Override
  public List<StoredFile> unfinished(String directory) throws IOException {
    return described(directory, LocalFileStore::isTemporary);
  }

  @Override
  public void discard(StoredFile unfinished) throws IOException {
    Path file = resolve(unfinished.path());
    if (!isTemporary(file)) {
      throw new IllegalArgumentException(unfinished.path() + " is not unfinished");
    }
    calls.delete(file);
  }

  @Override
  public String location() {
    return root.toString();
  }

  private List<StoredFile> described(String directory, Predicate<Path> wanted) throws IOException {
    Path start = resolve(directory);
    List<StoredFile> found = new ArrayList<>();
    if (Files.isDirectory(start)) {
      Files.walkFileTree(
          start,
          new Visitor() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              if (wanted.test(file)) {
                try {
                  found.add(new StoredFile(name(file), attributes.size(), named(file, attributes)));
                } catch (NoSuchFileException e) {
                  return FileVisitResult.CONTINUE;
                }
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }
    found.sort(Comparator.comparing(StoredFile::path));
    return found;
  }

  /**
   * When the file came under its name. A link has the times of the file's content, which may be of
   * long ago; but making it changes the file's attributes.
   */
  private static Instant named(Path file, BasicFileAttributes attributes) throws IOException {
    Instant modified = attributes.lastModifiedTime().toInstant();
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return modified;
    }
    Instant changed =
        ((FileTime) Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS)).toInstant();
    return changed.isAfter(modified) ? changed : modified;
  }

  private static boolean isTemporary(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(TEMPORARY_PREFIX) && name.endsWith(TEMPORARY_SUFFIX);
  }

  private String name(Path file) {
    return root.relativize(file).toString().replace(File.separatorChar, '/');
  }

  private Path resolve(String path) {
    Path resolved = root.resolve(path).normalize();
    if (!resolved.startsWith(root)) {
      throw new IllegalArgumentException("Path '" + path + "' leads out of the store " + root);
    }
    return resolved;
  }

  /** Others may delete what a walk is about to visit. */
  private static class Visitor extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException error) throws IOException {
      if (error instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw error;
    }
  }
}
