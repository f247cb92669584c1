package io.millrace.runtime.state;

import io.millrace.core.storage.FileStore;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeSchema;
import io.millrace.runtime.id.EdgeId;
import io.millrace.runtime.state.StateHandles.ChannelSection;
import io.millrace.runtime.state.StateHandles.FileSection;
import io.millrace.runtime.state.StateHandles.KeyedSection;
import io.millrace.runtime.state.StateHandles.SharedFile;
import io.millrace.runtime.state.StateHandles.StoreImage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Writes the one snapshot file of a subtask: the state of all operators of its chain. The file is
 * there only after {@link #commit}; closing without it leaves nothing. For one thread, not the
 * task's.
 */
public final class SnapshotFileWriter implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final FileStore store;
  private final String path;
  private final FileStore.PendingFile file;
  private final OutputStream stream;
  private final Map<String, StateHandles> handles = new LinkedHashMap<>();
  private final BinaryWriter header = new BinaryWriter();
  private long position;

  public SnapshotFileWriter(FileStore store, String path, int maxParallelism) throws IOException {
    this.store = store;
    this.path = path;
    this.file = store.create(path);
    this.stream = new BufferedOutputStream(file.stream(), BUFFER_BYTES);
    byte[] start = SnapshotFormat.header(maxParallelism);
    stream.write(start);
    position = start.length;
  }

  /** Writes the keyed state of an operator, of which no part is in files. */
  public void writeKeyed(String uid, KeyedCut cut) throws IOException {
    writeKeyed(uid, cut, SharedUpload.none());
  }

  /**
   * Writes the keyed state of an operator.
   *
   * @param shared knows which files of the store on disk are there already
   */
  public void writeKeyed(String uid, KeyedCut cut, SharedUpload shared) throws IOException {
    KeyGroupRange range = cut.keyGroups();
    // First: the store waits with what is newer until its files are made.
    Optional<StoreImage> image = cut.withFiles(files -> image(uid, range, files, shared));
    List<FileSection> groups = new ArrayList<>(range.size());
    for (int group = range.first(); group <= range.last(); group++) {
      Section section = new Section(SnapshotFormat.KEYED_SECTION, uid, group);
      cut.writeGroup(group, section);
      groups.add(section.end());
    }
    add(uid, new KeyedSection(range, groups, image));
  }

  /** The states of one key group. */
  @FunctionalInterface
  public interface GroupContent {
    void write(SectionOutput out) throws IOException;
  }

  /** Writes the states of one key group of an operator; nothing if there are none. */
  public void writeGroup(String uid, int group, GroupContent content) throws IOException {
    Section section = new Section(SnapshotFormat.KEYED_SECTION, uid, group);
    content.write(section);
    FileSection written = section.end();
    if (written.length() > 0) {
      add(uid, new KeyedSection(new KeyGroupRange(group, group), List.of(written)));
    }
  }

  private void add(String uid, KeyedSection section) {
    StateHandles before = handles.getOrDefault(uid, StateHandles.EMPTY);
    List<KeyedSection> keyed = new ArrayList<>(before.keyed());
    keyed.add(section);
    handles.put(
        uid,
        new StateHandles(
            keyed, before.operator(), before.splits(), before.committables(), before.channels()));
  }

  private StoreImage image(String uid, KeyGroupRange range, StoreFiles files, SharedUpload shared)
      throws IOException {
    List<SharedFile> brought = new ArrayList<>();
    for (StoreFiles.LocalFile local : files.tables()) {
      brought.add(shared.bring(store, uid, local));
    }
    Section section = new Section(SnapshotFormat.IMAGE_SECTION, uid, range.first());
    section.bytes(files.description());
    return new StoreImage(range, section.end(), brought);
  }

  /** Writes the operator state of an operator; nothing if it has none. */
  public void writeOperator(String uid, OperatorCut cut) throws IOException {
    Section section = new Section(SnapshotFormat.OPERATOR_SECTION, uid, 0);
    cut.write(section);
    FileSection written = section.end();
    if (written.length() == 0) {
      return;
    }
    StateHandles before = handles.getOrDefault(uid, StateHandles.EMPTY);
    List<FileSection> operator = new ArrayList<>(before.operator());
    operator.add(written);
    handles.put(
        uid,
        new StateHandles(
            before.keyed(), operator, before.splits(), before.committables(), before.channels()));
  }

  /**
   * Writes records in flight to an operator on one edge.
   *
   * @param frames with the lengths in front, as the edge's codec writes them
   */
  public void writeChannel(String uid, EdgeId edge, TypeSchema type, BinaryWriter frames)
      throws IOException {
    Section section = new Section(SnapshotFormat.CHANNEL_SECTION, uid, 0);
    BinaryWriter schema = new BinaryWriter();
    type.write(schema);
    section.bytes(schema);
    section.append(frames);
    StateHandles before = handles.getOrDefault(uid, StateHandles.EMPTY);
    List<ChannelSection> channels = new ArrayList<>(before.channels());
    channels.add(new ChannelSection(edge, section.end()));
    handles.put(
        uid,
        new StateHandles(
            before.keyed(), before.operator(), before.splits(), before.committables(), channels));
  }

  /** Bytes written so far. */
  public long size() {
    return position;
  }

  /**
   * Makes the file durable.
   *
   * @return where each operator's state is, by uid
   */
  public Map<String, StateHandles> commit() throws IOException {
    stream.flush();
    file.commit();
    return handles;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private final class Section implements SectionOutput {
    private final byte kind;
    private final String uid;
    private final int group;
    private final long start = position;
    private final CRC32C crc = new CRC32C();

    private Section(byte kind, String uid, int group) {
      this.kind = kind;
      this.uid = uid;
      this.group = group;
    }

    @Override
    public void begin(StateMeta meta, int size) throws IOException {
      header.reset();
      begin();
      meta.write(header);
      header.writeInt(size);
      append(header);
    }

    @Override
    public void part(BinaryWriter bytes) throws IOException {
      append(bytes);
    }

    private void begin() {
      if (position == start) {
        header.writeByte(kind);
        header.writeString(uid);
        header.writeVarInt(group);
      }
    }

    private void bytes(BinaryWriter bytes) throws IOException {
      header.reset();
      begin();
      append(header);
      append(bytes);
    }

    private void append(BinaryWriter bytes) throws IOException {
      stream.write(bytes.array(), 0, bytes.size());
      crc.update(bytes.array(), 0, bytes.size());
      position += bytes.size();
    }

    private FileSection end() {
      return new FileSection(path, start, position - start, (int) crc.getValue());
    }
  }
}
