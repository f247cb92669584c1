package io.millrace.runtime.state;

import io.millrace.runtime.state.StateHandles.StoreImage;
import java.io.IOException;

/** Reads the files of a store on disk for any backend. Safe for use by any thread. */
@FunctionalInterface
public interface StoreImages {
  /** Where there is no such store. */
  StoreImages NONE =
      (uid, image, reader, wanted, consumer) -> {
        throw new CorruptStateException(
            "Snapshot file "
                + image.description().path()
                + " has state of operator "
                + uid
                + " in files of a store on disk, which this process hasn't");
      };

  /**
   * Reads the key groups of an image that are wanted.
   *
   * @throws CorruptStateException naming the file that is damaged or missing
   */
  void read(
      String uid,
      StoreImage image,
      SnapshotReader reader,
      KeyGroupRange wanted,
      SnapshotReader.GroupConsumer consumer)
      throws IOException;
}
