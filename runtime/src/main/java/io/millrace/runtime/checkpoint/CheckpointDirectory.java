package io.millrace.runtime.checkpoint;

import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.FileStores;
import io.millrace.core.storage.StoreLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the store that {@code checkpoint.directory} names. */
public final class CheckpointDirectory {
  private CheckpointDirectory() {}

  /**
   * The store, which can be written; a local directory is made.
   *
   * @throws ConfigurationException if the option is not set
   * @throws IOException naming the option, if the place can't be reached or made
   */
  public static FileStore open(Configuration configuration) throws IOException {
    String location =
        configuration
            .get(CheckpointOptions.DIRECTORY)
            .orElseThrow(
                () ->
                    new ConfigurationException(
                        "checkpoint.directory must be set: where snapshots go, the same for all"
                            + " processes"));
    try {
      FileStore store = FileStores.of(configuration).open(location);
      if (StoreLocation.parse(location).isEmpty()) {
        Files.createDirectories(Path.of(store.location()));
      }
      return store;
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          "checkpoint.directory " + location + " can't be used: " + e.getMessage(), e);
    }
  }
}
