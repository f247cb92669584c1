package io.millrace.core.storage;

import io.millrace.core.config.Configuration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * The stores that checkpoints and savepoints can be in: local directories, and what else is on the
 * class path. Safe for use by any thread.
 */
public final class FileStores {
  private final Configuration configuration;
  private final Map<String, FileStoreProvider> providers;

  private FileStores(Configuration configuration, Map<String, FileStoreProvider> providers) {
    this.configuration = configuration;
    this.providers = providers;
  }

  /**
   * All that are on the class path of the engine.
   *
   * @param configuration says how they are reached
   */
  public static FileStores of(Configuration configuration) {
    Map<String, FileStoreProvider> found = new TreeMap<>();
    ServiceLoader.load(FileStoreProvider.class, FileStores.class.getClassLoader())
        .forEach(provider -> found.put(provider.scheme(), provider));
    return new FileStores(configuration, found);
  }

  /** Local directories only. */
  static FileStores local() {
    return new FileStores(Configuration.empty(), Map.of());
  }

  /**
   * The store whose relative paths begin at a location; absolute ones lead wherever they say.
   *
   * @param location a directory of the local file system, or such as {@code s3://bucket/directory}
   * @throws IOException if the place can't be reached, or nothing here knows such places
   */
  public FileStore open(String location) throws IOException {
    Optional<StoreLocation> remote = StoreLocation.parse(location);
    return new MountedFileStore(
        remote.isPresent()
            ? open(remote.get())
            : new LocalFileStore(Path.of(StoreLocation.localPath(location))),
        this);
  }

  FileStore open(StoreLocation location) throws IOException {
    FileStoreProvider provider = providers.get(location.scheme());
    if (provider == null) {
      throw new IOException(
          "Nothing here can reach "
              + location
              + ": the class path has "
              + (providers.isEmpty() ? "only local directories" : "only " + providers.keySet())
              + ". Add the artifact io.millrace:filestore-"
              + location.scheme()
              + ", or name a directory");
    }
    return provider.open(location, configuration);
  }
}
