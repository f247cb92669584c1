package io.millrace.core.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * A local store whose absolute paths lead to the whole file system: checkpoints are named relative
 * to their directory, savepoints may be anywhere. Safe for use by any thread.
 */
public final class MountedFileStore implements FileStore {
  private final LocalFileStore relative;
  private final LocalFileStore absolute = new LocalFileStore(Path.of("/"));

  /**
   * @param root of relative paths
   */
  public MountedFileStore(Path root) {
    this.relative = new LocalFileStore(root);
  }

  @Override
  public PendingFile create(String path) throws IOException {
    return storeOf(path).create(within(path));
  }

  @Override
  public void importFile(Path local, String path) throws IOException {
    storeOf(path).importFile(local, within(path));
  }

  @Override
  public void exportFile(String path, Path local) throws IOException {
    storeOf(path).exportFile(within(path), local);
  }

  @Override
  public InputStream open(String path) throws IOException {
    return storeOf(path).open(within(path));
  }

  @Override
  public boolean exists(String path) throws IOException {
    return storeOf(path).exists(within(path));
  }

  @Override
  public boolean delete(String path) throws IOException {
    return storeOf(path).delete(within(path));
  }

  @Override
  public List<String> list(String directory) throws IOException {
    List<String> files = storeOf(directory).list(within(directory));
    return isAbsolute(directory) ? files.stream().map(file -> "/" + file).toList() : files;
  }

  /** Where relative paths begin. */
  @Override
  public String location() {
    return relative.location();
  }

  private LocalFileStore storeOf(String path) {
    return isAbsolute(path) ? absolute : relative;
  }

  private static String within(String path) {
    return isAbsolute(path) ? path.substring(1) : path;
  }

  private static boolean isAbsolute(String path) {
    return path.startsWith("/");
  }
}
