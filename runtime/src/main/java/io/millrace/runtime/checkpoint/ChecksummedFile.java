package io.millrace.runtime.checkpoint;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * The frame of the small files that recovery depends on: magic, format version, build and content,
 * with a checksum over all of it at the end. Never trusted on read. Immutable.
 */
public final class ChecksummedFile {
  private static final int CHECKSUM_BYTES = 4;

  private final int magic;
  private final int oldest;
  private final int version;
  private final String what;
  private final String build;

  /**
   * @param what kind of file, for messages
   * @param build of this program, written into the file for messages
   */
  public ChecksummedFile(int magic, int version, String what, String build) {
    this(magic, version, version, what, build);
  }

  /**
   * @param oldest format that is read as well, by {@link #decodeVersioned}
   * @param version of the format that is written
   */
  public ChecksummedFile(int magic, int oldest, int version, String what, String build) {
    this.magic = magic;
    this.oldest = oldest;
    this.version = version;
    this.what = what;
    this.build = build;
  }

  public byte[] encode(Consumer<BinaryWriter> content) {
    BinaryWriter writer = new BinaryWriter(1024);
    writer.writeInt(magic);
    writer.writeInt(version);
    writer.writeString(build);
    content.accept(writer);
    writer.writeInt(checksum(writer.array(), writer.size()));
    return writer.toByteArray();
  }

  /**
   * @param file its name, for messages
   * @param remedy what to do if it can't be read, for messages
   * @throws CorruptDataException if the bytes are not those of such a file, or not all of them
   */
  public <T> T decode(byte[] bytes, String file, String remedy, Function<BinaryReader, T> content) {
    return decodeVersioned(bytes, file, remedy, (reader, found) -> content.apply(reader));
  }

  /**
   * The same for content that depends on the format the file was written in.
   *
   * @param content of a reader and the file's format
   */
  public <T> T decodeVersioned(
      byte[] bytes, String file, String remedy, BiFunction<BinaryReader, Integer, T> content) {
    try {
      return decode(bytes, content);
    } catch (CorruptDataException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new CorruptDataException(
          "The " + what + " " + file + " can't be read: " + e.getMessage() + ". " + remedy, e);
    }
  }

  private <T> T decode(byte[] bytes, BiFunction<BinaryReader, Integer, T> content) {
    int length = bytes.length - CHECKSUM_BYTES;
    if (length < 8) {
      throw new CorruptDataException("it has only " + bytes.length + " bytes");
    }
    ClassLoader loader = ChecksummedFile.class.getClassLoader();
    BinaryReader reader = new BinaryReader(bytes, 0, length, loader);
    if (reader.readInt() != magic) {
      throw new CorruptDataException("it does not begin like a " + what);
    }
    int foundVersion = reader.readInt();
    int stored = new BinaryReader(bytes, length, CHECKSUM_BYTES, loader).readInt();
    if (stored != checksum(bytes, length)) {
      throw new CorruptDataException(
          "its checksum does not match its " + bytes.length + " bytes: it is damaged or cut off");
    }
    String foundBuild = reader.readString();
    if (foundVersion < oldest || foundVersion > version) {
      throw new CorruptDataException(
          "it has format "
              + foundVersion
              + ", written by build "
              + foundBuild
              + ", and this build, "
              + build
              + ", reads format "
              + (oldest == version ? "" : oldest + " to ")
              + version);
    }
    T value = content.apply(reader, foundVersion);
    if (reader.remaining() != 0) {
      throw new CorruptDataException(reader.remaining() + " bytes are left over");
    }
    return value;
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
