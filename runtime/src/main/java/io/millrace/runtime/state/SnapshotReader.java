package io.millrace.runtime.state;

import io.millrace.core.storage.FileStore;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.TypeSchema;
import io.millrace.runtime.state.StateHandles.ChannelSection;
import io.millrace.runtime.state.StateHandles.FileSection;
import io.millrace.runtime.state.StateHandles.KeyedSection;
import io.millrace.runtime.state.StateHandles.SharedFile;
import io.millrace.runtime.state.StateHandles.StoreImage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the sections of snapshot files; nothing is trusted before its checksum was seen to be
 * right. For one thread.
 */
public final class SnapshotReader {
  private final FileStore store;
  private final int maxParallelism;
  private final StoreImages images;
  private final boolean checksShared;

  public SnapshotReader(FileStore store, int maxParallelism) {
    this(store, maxParallelism, StoreImages.NONE);
  }

  /**
   * @param images reads the files of stores on disk
   */
  public SnapshotReader(FileStore store, int maxParallelism, StoreImages images) {
    this(store, maxParallelism, images, true);
  }

  private SnapshotReader(
      FileStore store, int maxParallelism, StoreImages images, boolean checksShared) {
    this.store = store;
    this.maxParallelism = maxParallelism;
    this.images = images;
    this.checksShared = checksShared;
  }

  /**
   * One for a look at little of much: the files of stores are not read as a whole for their
   * checksums, those of the blocks that the store reads are left to it.
   */
  public static SnapshotReader forALook(FileStore store, int maxParallelism, StoreImages images) {
    return new SnapshotReader(store, maxParallelism, images, false);
  }

  /** Takes what a key group's section holds. */
  @FunctionalInterface
  public interface GroupConsumer {
    void group(int group, List<RawState> states) throws IOException;
  }

  /**
   * Reads the key groups that are in {@code range}, each file once and from front to back; others
   * are skipped silently (invariant KG7).
   *
   * @throws CorruptStateException naming file and section
   */
  public void readKeyed(
      String uid, List<StateHandles> subtasks, KeyGroupRange range, GroupConsumer consumer)
      throws IOException {
    readSections(uid, subtasks, range, consumer);
    for (StateHandles subtask : subtasks) {
      for (KeyedSection keyed : subtask.keyed()) {
        if (keyed.image().isPresent() && keyed.range().intersects(range)) {
          images.read(uid, keyed.image().get(), this, range, consumer);
        }
      }
    }
  }

  /** The same without what is in files of stores on disk. */
  public void readSections(
      String uid, List<StateHandles> subtasks, KeyGroupRange range, GroupConsumer consumer)
      throws IOException {
    record Wanted(int group, FileSection section) {}
    Map<String, List<Wanted>> byFile = new TreeMap<>();
    for (StateHandles subtask : subtasks) {
      for (KeyedSection keyed : subtask.keyed()) {
        for (int i = 0; i < keyed.groups().size(); i++) {
          int group = keyed.range().first() + i;
          FileSection section = keyed.groups().get(i);
          if (range.contains(group) && section.length() > 0) {
            byFile
                .computeIfAbsent(section.path(), path -> new ArrayList<>())
                .add(new Wanted(group, section));
          }
        }
      }
    }
    for (Map.Entry<String, List<Wanted>> file : byFile.entrySet()) {
      List<Wanted> wanted = file.getValue();
      wanted.sort(Comparator.comparingLong(want -> want.section().offset()));
      try (OpenFile open = new OpenFile(file.getKey())) {
        for (Wanted want : wanted) {
          String origin = origin(want.section(), uid, "key group " + want.group());
          byte[] bytes = open.read(want.section(), origin);
          consumer.group(
              want.group(), decode(bytes, SnapshotFormat.KEYED_SECTION, uid, want.group(), origin));
        }
      }
    }
  }

  /**
   * Reads an operator state section.
   *
   * @throws CorruptStateException naming file and section
   */
  public List<RawState> readOperator(String uid, FileSection section) throws IOException {
    String origin = origin(section, uid, "operator state");
    try (OpenFile open = new OpenFile(section.path())) {
      return decode(open.read(section, origin), SnapshotFormat.OPERATOR_SECTION, uid, 0, origin);
    }
  }

  /**
   * Reads records in flight.
   *
   * @param type of the records now
   * @return frames with their lengths in front, as the edge's codec writes them
   * @throws CorruptStateException naming file and section
   * @throws IncompatibleStateException if they were written as another type
   */
  public byte[] readChannel(String uid, ChannelSection channel, TypeSchema type)
      throws IOException {
    FileSection section = channel.section();
    String origin = origin(section, uid, "records in flight");
    try (OpenFile open = new OpenFile(section.path())) {
      BinaryReader in =
          new BinaryReader(open.read(section, origin), SnapshotReader.class.getClassLoader());
      begin(in, SnapshotFormat.CHANNEL_SECTION, uid, 0);
      TypeSchema written = TypeSchema.read(in);
      if (!written.equals(type)) {
        throw new IncompatibleStateException(
            "Records of "
                + written.name()
                + " were in flight to operator '"
                + uid
                + "' when the checkpoint was taken, and their type has changed since. Start the"
                + " former program from it and take a savepoint, in which nothing is in flight, or"
                + " start from an aligned checkpoint");
      }
      return in.readBytes(in.remaining());
    } catch (CorruptDataException e) {
      throw new CorruptStateException(origin + " cannot be read, " + e.getMessage(), e);
    }
  }

  /**
   * What a store wrote to read the files of an image.
   *
   * @throws CorruptStateException naming file and section
   */
  public BinaryReader readDescription(String uid, StoreImage image) throws IOException {
    FileSection section = image.description();
    String origin = origin(section, uid, "description of its files");
    try (OpenFile open = new OpenFile(section.path())) {
      BinaryReader in =
          new BinaryReader(open.read(section, origin), SnapshotReader.class.getClassLoader());
      begin(in, SnapshotFormat.IMAGE_SECTION, uid, image.range().first());
      return in;
    } catch (CorruptDataException e) {
      throw new CorruptStateException(origin + " cannot be read, " + e.getMessage(), e);
    }
  }

  /**
   * Puts the files of an image into a directory, checked but {@link #forALook}.
   *
   * @throws CorruptStateException naming the file that is damaged or missing
   */
  public void fetch(StoreImage image, Path directory) throws IOException {
    for (SharedFile file : image.files()) {
      Path local = directory.resolve(file.name());
      String origin = "Shared file " + file.path() + " in " + store.location();
      try {
        store.exportFile(file.path(), local);
      } catch (NoSuchFileException e) {
        throw new CorruptStateException(
            origin + " is missing, though a checkpoint that has it is there", e);
      }
      long length = Files.size(local);
      if (length != file.length()) {
        throw new CorruptStateException(
            origin + " is damaged, it has " + length + " bytes and should have " + file.length());
      }
      int crc = checksShared ? SharedUpload.checksum(local) : file.crc32c();
      if (crc != file.crc32c()) {
        throw new CorruptStateException(
            String.format(
                "%s is damaged, its checksum is %08x and should be %08x",
                origin, crc, file.crc32c()));
      }
    }
  }

  private static void begin(BinaryReader in, byte kind, String uid, int group) {
    byte foundKind = in.readByte();
    String foundUid = in.readString();
    int foundGroup = in.readVarInt();
    if (foundKind != kind || !foundUid.equals(uid) || foundGroup != group) {
      throw new CorruptDataException(
          "it is the section of operator " + foundUid + ", key group " + foundGroup);
    }
  }

  private List<RawState> decode(byte[] bytes, byte kind, String uid, int group, String origin) {
    try {
      BinaryReader in = new BinaryReader(bytes, SnapshotReader.class.getClassLoader());
      begin(in, kind, uid, group);
      List<RawState> states = new ArrayList<>();
      while (in.remaining() > 0) {
        StateMeta meta = StateMeta.read(in);
        int length = in.readInt();
        states.add(new RawState(meta, origin, in.readBytes(length)));
      }
      return states;
    } catch (CorruptDataException e) {
      throw new CorruptStateException(origin + " cannot be read, " + e.getMessage(), e);
    }
  }

  private String origin(FileSection section, String uid, String what) {
    return "Snapshot file "
        + section.path()
        + " in "
        + store.location()
        + ", section of operator "
        + uid
        + ", "
        + what
        + " at "
        + section.offset();
  }

  /** A file read forward. */
  private final class OpenFile implements AutoCloseable {
    private final String path;
    private final InputStream stream;
    private long position;

    private OpenFile(String path) throws IOException {
      this.path = path;
      this.stream = opened(path);
      boolean good = false;
      try {
        byte[] header = stream.readNBytes(SnapshotFormat.HEADER_LENGTH);
        position = header.length;
        SnapshotFormat.checkHeader(header, maxParallelism);
        good = true;
      } catch (CorruptDataException e) {
        throw new CorruptStateException(
            "Snapshot file "
                + path
                + " in "
                + store.location()
                + " cannot be read, "
                + e.getMessage(),
            e);
      } finally {
        if (!good) {
          stream.close();
        }
      }
    }

    /**
     * A file that is gone while others of its checkpoint are there is lost; if all are gone, the
     * store may only be out of reach for now.
     */
    private InputStream opened(String file) throws IOException {
      try {
        return store.open(file);
      } catch (NoSuchFileException e) {
        if (store.list(file.substring(0, Math.max(0, file.lastIndexOf('/')))).isEmpty()) {
          throw e;
        }
        throw new CorruptStateException(
            "Snapshot file "
                + file
                + " in "
                + store.location()
                + " is missing, though other files of its checkpoint are there",
            e);
      }
    }

    private byte[] read(FileSection section, String origin) throws IOException {
      if (section.length() > Integer.MAX_VALUE - 16 || section.offset() < position) {
        throw new CorruptStateException(
            origin + " of " + section.length() + " bytes is not where one can be");
      }
      byte[] bytes;
      try {
        stream.skipNBytes(section.offset() - position);
        bytes = stream.readNBytes((int) section.length());
      } catch (EOFException e) {
        throw truncated(origin, e);
      }
      position = section.offset() + bytes.length;
      if (bytes.length < section.length()) {
        throw truncated(origin, new EOFException(path));
      }
      int crc = SnapshotFormat.crc(bytes, 0, bytes.length);
      if (crc != section.crc32c()) {
        throw new CorruptStateException(
            String.format(
                "%s is damaged, its checksum is %08x and should be %08x",
                origin, crc, section.crc32c()));
      }
      return bytes;
    }

    private CorruptStateException truncated(String origin, EOFException e) {
      return new CorruptStateException(origin + " is missing, the file is too short", e);
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }
}
