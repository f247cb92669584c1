package io.millrace.runtime.state;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.KeyHash;
import java.util.zip.CRC32C;

/**
 * The header of a snapshot file, and the kinds of its sections. A file is the header, then sections
 * without gaps; where they are stands in the checkpoint's metadata. Each section begins with its
 * kind, the operator's uid and the key group, so that one is never taken for another.
 */
final class SnapshotFormat {
  static final int VERSION = 1;
  static final byte KEYED_SECTION = 1;
  static final byte OPERATOR_SECTION = 2;
  static final byte IMAGE_SECTION = 3;
  static final byte CHANNEL_SECTION = 4;

  private static final long MAGIC = 0x50414e534c4c494dL; // "MILLSNAP" in little-endian
  static final int HEADER_LENGTH = 8 + 3 * 4 + 4;

  private SnapshotFormat() {}

  static byte[] header(int maxParallelism) {
    BinaryWriter out = new BinaryWriter(HEADER_LENGTH);
    out.writeLong(MAGIC);
    out.writeInt(VERSION);
    out.writeInt(KeyHash.VERSION);
    out.writeInt(maxParallelism);
    out.writeInt(crc(out.array(), 0, out.size()));
    return out.toByteArray();
  }

  /**
   * @throws CorruptDataException with what is wrong, to be completed with the file's name
   */
  static void checkHeader(byte[] header, int maxParallelism) {
    BinaryReader in = new BinaryReader(header, SnapshotFormat.class.getClassLoader());
    if (in.readLong() != MAGIC) {
      throw new CorruptDataException("it does not begin as a snapshot file does");
    }
    int version = in.readInt();
    int keyHash = in.readInt();
    int groups = in.readInt();
    if (in.readInt() != crc(header, 0, HEADER_LENGTH - 4)) {
      throw new CorruptDataException("the checksum of its header is wrong");
    }
    if (version != VERSION) {
      throw new CorruptDataException(
          "it has format version " + version + " where this build reads " + VERSION);
    }
    if (keyHash != KeyHash.VERSION) { // KG1
      throw new CorruptDataException(
          "it has key hash version " + keyHash + " where this build has " + KeyHash.VERSION);
    }
    if (groups != maxParallelism) { // CC14
      throw new CorruptDataException(
          "it was taken with maximal parallelism "
              + groups
              + ", which cannot change, and the job has "
              + maxParallelism);
    }
  }

  static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
