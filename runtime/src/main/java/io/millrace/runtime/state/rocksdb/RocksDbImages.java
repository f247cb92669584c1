package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.state.CorruptStateException;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles.StoreImage;
import io.millrace.runtime.state.StoreImages;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the files of databases of a snapshot, for backends of other key groups or on the heap: in a
 * database of its own, which is gone when they are read.
 */
final class RocksDbImages implements StoreImages {
  private final RocksDbEnvironment environment;

  RocksDbImages(RocksDbEnvironment environment) {
    this.environment = environment;
  }

  @Override
  public void read(
      String uid,
      StoreImage image,
      SnapshotReader reader,
      KeyGroupRange wanted,
      SnapshotReader.GroupConsumer consumer)
      throws IOException {
    Database database = environment.open(uid);
    try {
      ImageDescription description = load(database, uid, image, reader);
      try (Database.View view = database.view()) {
        read(image, description, view, wanted, consumer);
      }
    } finally {
      database.close();
    }
  }

  private static void read(
      StoreImage image,
      ImageDescription description,
      Database.View view,
      KeyGroupRange wanted,
      SnapshotReader.GroupConsumer consumer)
      throws IOException {
    String origin = "The files of " + image.description().path();
    int first = Math.max(wanted.first(), image.range().first());
    int last = Math.min(wanted.last(), image.range().last());
    BinaryWriter entries = new BinaryWriter();
    for (int group = first; group <= last; group++) {
      List<RawState> states = new ArrayList<>();
      for (StoredState state : description.states()) {
        entries.reset();
        if (state.write(view, group, entries)) {
          states.add(new RawState(state.meta(), origin, entries.toByteArray()));
        }
      }
      consumer.group(group, states);
    }
  }

  /**
   * Has an empty database go on with the files of an image.
   *
   * @throws CorruptStateException naming the file that is damaged or missing
   */
  static ImageDescription load(
      Database database, String uid, StoreImage image, SnapshotReader reader) throws IOException {
    ImageDescription description;
    try {
      description = ImageDescription.decode(reader.readDescription(uid, image));
    } catch (CorruptDataException e) {
      throw new CorruptStateException(
          "Snapshot file "
              + image.description().path()
              + ", description of the files of operator "
              + uid
              + " cannot be read, "
              + e.getMessage(),
          e);
    }
    database.load(
        directory -> {
          reader.fetch(image, directory);
          for (ImageDescription.SmallFile file : description.files()) {
            Files.write(directory.resolve(file.name()), file.content());
          }
        });
    return description;
  }
}
