package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a database's tables of entries need beside them to be read again: the small files of the
 * database, as bytes, and whose entries they are.
 */
record ImageDescription(List<SmallFile> files, List<StoredState> states) {
  private static final int VERSION = 1;

  ImageDescription {
    files = List.copyOf(files);
    states = List.copyOf(states);
  }

  /** Such as the manifest; it may change after the cut, and is therefore copied. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record SmallFile(String name, byte[] content) {}

  BinaryWriter encode() {
    BinaryWriter out = new BinaryWriter(1 << 10);
    out.writeVarInt(VERSION);
    out.writeVarInt(files.size());
    for (SmallFile file : files) {
      out.writeString(file.name());
      out.writeVarInt(file.content().length);
      out.writeBytes(file.content(), 0, file.content().length);
    }
    out.writeVarInt(states.size());
    states.forEach(state -> state.encode(out));
    return out;
  }

  /**
   * @throws CorruptDataException if it is none that this build reads
   */
  static ImageDescription decode(BinaryReader in) {
    int version = in.readVarInt();
    if (version != VERSION) {
      throw new CorruptDataException(
          "it has version " + version + " where this build reads " + VERSION);
    }
    List<SmallFile> files = new ArrayList<>();
    for (int left = in.readSize(2); left > 0; left--) {
      files.add(new SmallFile(in.readString(), in.readBytes(in.readSize(1))));
    }
    List<StoredState> states = new ArrayList<>();
    for (int left = in.readSize(2); left > 0; left--) {
      states.add(StoredState.decode(in));
    }
    return new ImageDescription(files, states);
  }
}
