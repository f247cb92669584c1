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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * A store in a directory of a local or NFS file system. A file is written under a temporary name in
 * its directory, synced, renamed, and the directory synced; a crash leaves at most temporary files,
 * which {@link #sweep} removes. Safe for use by any thread and by several processes.
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
  public List<String> list(String directory) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : files(directory)) {
      if (!isTemporary(file)) {
        found.add(name(file));
      }
    }
    Collections.sort(found);
    return found;
  }

  /**
   * Removes temporary files below a directory that a crash has left. Only when nobody writes there:
   * a file in the making would be lost.
   *
   * @return the paths of what was removed, sorted
   */
  public List<String> sweep(String directory) throws IOException {
    List<String> swept = new ArrayList<>();
    for (Path file : files(directory)) {
      if (isTemporary(file)) {
        calls.delete(file);
        swept.add(name(file));
      }
    }
    Collections.sort(swept);
    return swept;
  }

  @Override
  public String location() {
    return root.toString();
  }

  private List<Path> files(String directory) throws IOException {
    Path start = resolve(directory);
    List<Path> files = new ArrayList<>();
    if (Files.isDirectory(start)) {
      Files.walkFileTree(
          start,
          new Visitor() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              files.add(file);
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return files;
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
