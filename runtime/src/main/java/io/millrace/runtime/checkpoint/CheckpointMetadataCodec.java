package io.millrace.runtime.checkpoint;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.KeyHash;
import io.millrace.runtime.checkpoint.CheckpointMetadata.EnumeratorState;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.EdgeId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.ChannelSection;
import io.millrace.runtime.state.StateHandles.FileSection;
import io.millrace.runtime.state.StateHandles.KeyedSection;
import io.millrace.runtime.state.StateHandles.SharedFile;
import io.millrace.runtime.state.StateHandles.SplitState;
import io.millrace.runtime.state.StateHandles.StoreImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Bytes of a {@link CheckpointMetadata}. File names, of which each stands for many sections, are
 * written once. Immutable and safe for use by any thread.
 */
public final class CheckpointMetadataCodec {
  private static final int MAGIC = 0x504B434D; // "MCKP", little-endian
  private static final int WITHOUT_SPLIT_WATERMARKS = 1;
  private static final int WITHOUT_IMAGES = 2;
  private static final int WITHOUT_CHANNELS = 3;
  private static final int VERSION = 4;
  private static final String REMEDY =
      "Restore the file from a backup, or start the job from another checkpoint or savepoint";

  private final ChecksummedFile frame;

  /**
   * @param build of this program, written into the file for messages
   */
  public CheckpointMetadataCodec(String build) {
    this.frame =
        new ChecksummedFile(
            MAGIC, WITHOUT_SPLIT_WATERMARKS, VERSION, "checkpoint metadata file", build);
  }

  public byte[] encode(CheckpointMetadata metadata) {
    return frame.encode(
        writer -> {
          writer.writeInt(KeyHash.VERSION); // KG1
          writer.writeString(metadata.job().value());
          writer.writeLong(metadata.id().value());
          writer.writeBoolean(metadata.savepoint());
          writer.writeString(metadata.directory());
          writer.writeLong(metadata.timestampMillis());
          writer.writeLong(metadata.graphFingerprint());
          new Encoder(writer).operators(metadata.operators());
        });
  }

  /**
   * @param file where the bytes are from, for messages
   * @throws CorruptDataException if they are not a whole metadata file of a format and key hash
   *     that this build knows
   */
  public CheckpointMetadata decode(byte[] bytes, String file) {
    return frame.decodeVersioned(
        bytes,
        file,
        REMEDY,
        (reader, version) -> {
          int keyHash = reader.readInt();
          if (keyHash != KeyHash.VERSION) {
            throw new CorruptDataException(
                "its keys were hashed by version "
                    + keyHash
                    + " of the key hash, and this build has version "
                    + KeyHash.VERSION);
          }
          return new CheckpointMetadata(
              new JobId(reader.readString()),
              new CheckpointId(reader.readLong()),
              reader.readBoolean(),
              reader.readString(),
              reader.readLong(),
              reader.readLong(),
              new Decoder(reader, version).operators());
        });
  }

  private static final class Encoder {
    private final BinaryWriter writer;
    private final Map<String, Integer> paths = new HashMap<>();

    Encoder(BinaryWriter writer) {
      this.writer = writer;
    }

    void operators(List<OperatorState> operators) {
      writer.writeVarInt(operators.size());
      for (OperatorState operator : operators) {
        writer.writeString(operator.uid());
        writer.writeBoolean(operator.uidExplicit());
        writer.writeString(operator.name());
        writer.writeVarInt(operator.maxParallelism());
        writer.writeVarInt(operator.subtasks().size());
        operator.subtasks().forEach(this::handles);
        writer.writeBoolean(operator.enumerator().isPresent());
        operator
            .enumerator()
            .ifPresent(
                enumerator -> {
                  blob(enumerator.state());
                  writer.writeVarInt(enumerator.withoutMoreSplits().size());
                  enumerator.withoutMoreSplits().forEach(writer::writeVarInt);
                });
      }
    }

    private void handles(StateHandles handles) {
      writer.writeVarInt(handles.keyed().size());
      for (KeyedSection section : handles.keyed()) {
        writer.writeVarInt(section.range().first());
        writer.writeVarInt(section.groups().size());
        section.groups().forEach(this::section);
        writer.writeBoolean(section.image().isPresent());
        section.image().ifPresent(this::image);
      }
      writer.writeVarInt(handles.operator().size());
      handles.operator().forEach(this::section);
      writer.writeVarInt(handles.splits().size());
      handles.splits().forEach(this::split);
      writer.writeVarInt(handles.committables().size());
      handles.committables().forEach(this::blob);
      writer.writeVarInt(handles.channels().size());
      handles.channels().forEach(this::channel);
    }

    private void channel(ChannelSection channel) {
      writer.writeString(channel.edge().sourceUid());
      writer.writeString(channel.edge().tag());
      writer.writeVarInt(channel.edge().targetInput());
      section(channel.section());
    }

    private void section(FileSection section) {
      Integer known = paths.putIfAbsent(section.path(), paths.size());
      writer.writeVarInt(known == null ? 0 : known + 1);
      if (known == null) {
        writer.writeString(section.path());
      }
      writer.writeLong(section.offset());
      writer.writeLong(section.length());
      writer.writeInt(section.crc32c());
    }

    private void image(StoreImage image) {
      writer.writeVarInt(image.range().first());
      writer.writeVarInt(image.range().size());
      section(image.description());
      writer.writeVarInt(image.files().size());
      for (SharedFile file : image.files()) {
        writer.writeString(file.path());
        writer.writeString(file.name());
        writer.writeLong(file.length());
        writer.writeInt(file.crc32c());
      }
    }

    private void split(SplitState state) {
      blob(state.split());
      writer.writeLong(state.watermark());
    }

    private void blob(Blob blob) {
      byte[] bytes = blob.bytes();
      writer.writeInt(blob.version());
      writer.writeVarInt(bytes.length);
      writer.writeBytes(bytes, 0, bytes.length);
    }
  }

  private static final class Decoder {
    private static final int SECTION_BYTES = 21;
    private static final int BLOB_BYTES = 5;
    private static final int CHANNEL_BYTES = 3 + SECTION_BYTES;
    private static final int SHARED_FILE_BYTES = 14;

    private final BinaryReader reader;
    private final int version;
    private final List<String> paths = new ArrayList<>();

    Decoder(BinaryReader reader, int version) {
      this.reader = reader;
      this.version = version;
    }

    List<OperatorState> operators() {
      return list(6, Decoder::operator);
    }

    private OperatorState operator() {
      String uid = reader.readString();
      boolean uidExplicit = reader.readBoolean();
      String name = reader.readString();
      int maxParallelism = reader.readVarInt();
      List<StateHandles> subtasks = list(4, Decoder::handles);
      Optional<EnumeratorState> enumerator =
          reader.readBoolean()
              ? Optional.of(new EnumeratorState(blob(), numbers()))
              : Optional.empty();
      return new OperatorState(uid, uidExplicit, name, maxParallelism, subtasks, enumerator);
    }

    private Set<Integer> numbers() {
      return new TreeSet<>(list(1, decoder -> decoder.reader.readVarInt()));
    }

    private StateHandles handles() {
      return new StateHandles(
          list(2, Decoder::keyedSection),
          list(SECTION_BYTES, Decoder::section),
          list(BLOB_BYTES, Decoder::split),
          list(BLOB_BYTES, Decoder::blob),
          version > WITHOUT_CHANNELS ? list(CHANNEL_BYTES, Decoder::channel) : List.of());
    }

    private ChannelSection channel() {
      return new ChannelSection(
          new EdgeId(reader.readString(), reader.readString(), reader.readVarInt()), section());
    }

    private KeyedSection keyedSection() {
      int first = reader.readVarInt();
      List<FileSection> groups = list(SECTION_BYTES, Decoder::section);
      if (first < 0 || first + (long) groups.size() > KeyGroups.MAX_GROUPS) {
        throw new CorruptDataException("key groups " + first + " and " + groups.size() + " more");
      }
      Optional<StoreImage> image =
          version > WITHOUT_IMAGES && reader.readBoolean()
              ? Optional.of(image())
              : Optional.empty();
      return new KeyedSection(new KeyGroupRange(first, first + groups.size() - 1), groups, image);
    }

    private StoreImage image() {
      int first = reader.readVarInt();
      int size = reader.readVarInt();
      if (first < 0 || size < 1 || first + (long) size > KeyGroups.MAX_GROUPS) {
        throw new CorruptDataException("files of key groups " + first + " and " + size + " more");
      }
      return new StoreImage(
          new KeyGroupRange(first, first + size - 1),
          section(),
          list(SHARED_FILE_BYTES, Decoder::sharedFile));
    }

    private SharedFile sharedFile() {
      return new SharedFile(
          reader.readString(), reader.readString(), reader.readLong(), reader.readInt());
    }

    private FileSection section() {
      int reference = reader.readVarInt();
      if (reference == 0) {
        paths.add(reader.readString());
        reference = paths.size();
      }
      if (reference < 0 || reference > paths.size()) {
        throw new CorruptDataException("file number " + reference + " of " + paths.size());
      }
      String path = paths.get(reference - 1);
      long offset = reader.readLong();
      long length = reader.readLong();
      if (offset < 0 || length < 0) {
        throw new CorruptDataException("a section of " + path + " at " + offset + ", " + length);
      }
      return new FileSection(path, offset, length, reader.readInt());
    }

    /** A split of a snapshot that is older than split watermarks has promised nothing. */
    private SplitState split() {
      Blob split = blob();
      return new SplitState(
          split, version == WITHOUT_SPLIT_WATERMARKS ? Long.MIN_VALUE : reader.readLong());
    }

    private Blob blob() {
      int version = reader.readInt();
      return new Blob(version, reader.readBytes(reader.readSize(1)));
    }

    /**
     * @param bytesEach the least an element takes: no list is made that can't be there
     */
    private <T> List<T> list(int bytesEach, Function<Decoder, T> element) {
      int size = reader.readSize(bytesEach);
      List<T> list = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        list.add(element.apply(this));
      }
      return list;
    }
  }
}
