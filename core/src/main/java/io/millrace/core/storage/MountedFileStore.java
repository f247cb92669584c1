package io.millrace.core.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A store whose absolute paths lead elsewhere: checkpoints are named relative to their directory,
 * savepoints may be anywhere, {@code /in/the/file/system} or {@code s3://in-a-bucket}. Safe for use
 * by any thread.
 */
public final class MountedFileStore implements FileStore {
  private final FileStore relative;
  private final FileStore local = new LocalFileStore(Path.of("/"));
  private final FileStores stores;
  private final Map<StoreLocation, FileStore> remote = new ConcurrentHashMap<>();

  /**
   * With absolute paths of the local file system only.
   *
   * @param root of relative paths
   */
  public MountedFileStore(Path root) {
    this(new LocalFileStore(root), FileStores.local());
  }

  MountedFileStore(FileStore relative, FileStores stores) {
    this.relative = relative;
    this.stores = stores;
  }

  /**
   * Where a path leads.
   *
   * @param prefix stands before the paths of that store in those of this one
   */
  private record Place(FileStore store, String prefix, String path) {
    StoredFile outside(StoredFile file) {
      return new StoredFile(prefix + file.path(), file.bytes(), file.modified());
    }

    StoredFile inside(StoredFile file) {
      return new StoredFile(path, file.bytes(), file.modified());
    }
  }

  @Override
  public PendingFile create(String path) throws IOException {
    Place place = place(path);
    return place.store.create(place.path);
  }

  @Override
  public void importFile(Path file, String path) throws IOException {
    Place place = place(path);
    place.store.importFile(file, place.path);
  }

  @Override
  public void exportFile(String path, Path file) throws IOException {
    Place place = place(path);
    place.store.exportFile(place.path, file);
  }

  @Override
  public InputStream open(String path) throws IOException {
    Place place = place(path);
    return place.store.open(place.path);
  }

  @Override
  public boolean exists(String path) throws IOException {
    Place place = place(path);
    return place.store.exists(place.path);
  }

  @Override
  public boolean delete(String path) throws IOException {
    Place place = place(path);
    return place.store.delete(place.path);
  }

  @Override
  public void deleteAll(List<String> paths) throws IOException {
    if (paths.stream().noneMatch(StoreLocation::isAbsolute)) {
      relative.deleteAll(paths);
    } else {
      FileStore.super.deleteAll(paths);
    }
  }

  @Override
  public List<StoredFile> describe(String directory) throws IOException {
    Place place = place(directory);
    return place.store.describe(place.path).stream().map(place::outside).toList();
  }

  @Override
  public List<StoredFile> unfinished(String directory) throws IOException {
    Place place = place(directory);
    return place.store.unfinished(place.path).stream().map(place::outside).toList();
  }

  @Override
  public void discard(StoredFile unfinished) throws IOException {
    Place place = place(unfinished.path());
    place.store.discard(place.inside(unfinished));
  }

  /** Where relative paths begin. */
  @Override
  public String location() {
    return relative.location();
  }

  private Place place(String path) throws IOException {
    if (!StoreLocation.isAbsolute(path)) {
      return new Place(relative, "", path);
    }
    Optional<StoreLocation> location = StoreLocation.parse(path);
    if (location.isEmpty()) {
      return new Place(local, "/", StoreLocation.localPath(path).substring(1));
    }
    StoreLocation root = location.get().root();
    FileStore store = remote.get(root);
    if (store == null) {
      // Two threads may open the same at once: either will do.
      store = stores.open(root);
      remote.put(root, store);
    }
    return new Place(store, root + "/", location.get().path());
  }
}
