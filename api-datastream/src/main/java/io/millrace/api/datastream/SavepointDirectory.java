package io.millrace.api.datastream;

import io.millrace.core.storage.StoreLocation;
import java.io.IOException;
import java.nio.file.Path;

/** Where programs read and write savepoints: so far only directories of a file system. */
final class SavepointDirectory {
  private SavepointDirectory() {}

  /**
   * @throws IOException if it is a place of another kind, such as a bucket
   */
  static Path of(String location) throws IOException {
    if (StoreLocation.parse(location).isPresent()) {
      throw new IOException(
          "Programs read and write savepoints in directories only, not in "
              + location
              + ": copy it to a directory that the program and the TaskManagers have in common");
    }
    return Path.of(StoreLocation.localPath(location)).toAbsolutePath().normalize();
  }
}
