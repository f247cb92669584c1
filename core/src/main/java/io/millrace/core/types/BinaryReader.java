package io.millrace.core.types;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reads what a {@link BinaryWriter} wrote. Every read is checked against the end, so that corrupt
 * input ends in a {@link CorruptDataException} and never in a wrong value beyond the frame. Not
 * thread-safe.
 */
public final class BinaryReader {
  /** How deep a value of a type that contains itself may be nested. */
  static final int MAX_DEPTH = 1000;

  private byte[] bytes;
  private int position;
  private int limit;
  private final ClassLoader classLoader;
  private List<Class<?>> dictionary;
  private int depth;

  /**
   * @param classLoader resolves the class names of late-typed values
   */
  public BinaryReader(byte[] bytes, int offset, int length, ClassLoader classLoader) {
    this.classLoader = Objects.requireNonNull(classLoader, "classLoader");
    reset(bytes, offset, length);
  }

  public BinaryReader(byte[] bytes, ClassLoader classLoader) {
    this(bytes, 0, bytes.length, classLoader);
  }

  /** Starts on other bytes with an empty dictionary. */
  public void reset(byte[] newBytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, newBytes.length);
    this.bytes = newBytes;
    this.position = offset;
    this.limit = offset + length;
    this.depth = 0;
    if (dictionary != null) {
      dictionary.clear();
    }
  }

  public int remaining() {
    return limit - position;
  }

  public int position() {
    return position;
  }

  public byte readByte() {
    return bytes[advance(1)];
  }

  public boolean readBoolean() {
    return readByte() != 0;
  }

  public short readShort() {
    int at = advance(2);
    return (short) ((bytes[at] & 0xff) | bytes[at + 1] << 8);
  }

  public int readInt() {
    return BinaryWriter.getInt(bytes, advance(4));
  }

  public long readLong() {
    return BinaryWriter.getLong(bytes, advance(8));
  }

  public float readFloat() {
    return Float.intBitsToFloat(readInt());
  }

  public double readDouble() {
    return Double.longBitsToDouble(readLong());
  }

  public int readVarInt() {
    int result = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      byte b = readByte();
      result |= (b & 0x7f) << shift;
      if (b >= 0) {
        return result;
      }
    }
    throw new CorruptDataException("A number of more than five bytes at position " + position);
  }

  /**
   * A length or count: refused if it exceeds what is left at {@code bytesEach} bytes an element.
   */
  public int readSize(int bytesEach) {
    int n = readVarInt();
    if (n < 0 || (long) n * bytesEach > remaining()) {
      throw new CorruptDataException("A size of " + n + " with " + remaining() + " bytes left");
    }
    return n;
  }

  public byte[] readBytes(int length) {
    int at = advance(length);
    byte[] result = new byte[length];
    System.arraycopy(bytes, at, result, 0, length);
    return result;
  }

  /** Reads into an array that is there. */
  public void readBytes(byte[] target, int offset, int length) {
    System.arraycopy(bytes, advance(length), target, offset, length);
  }

  public void skip(int length) {
    advance(length);
  }

  public String readString() {
    int length = readSize(1);
    return Utf8.decode(bytes, advance(length), length);
  }

  /** Reads what {@link BinaryWriter#writeNullableString} wrote. */
  public String readNullableString() {
    int length = readVarInt() - 1;
    if (length == -1) {
      return null;
    }
    return Utf8.decode(bytes, advance(length), length);
  }

  /** Reads the marker before a nullable value: whether it is there. */
  public boolean readPresence() {
    byte marker = readByte();
    if ((marker & ~1) != 0) {
      throw new CorruptDataException(
          "A null marker of " + marker + " at position " + (position - 1));
    }
    return marker != 0;
  }

  /** Steps over bytes that the caller reads from {@link #array}; returns where they begin. */
  int take(int length) {
    return advance(length);
  }

  byte[] array() {
    return bytes;
  }

  /**
   * Goes a level deeper into a value of a type that contains itself.
   *
   * @throws CorruptDataException beyond a thousand levels
   */
  public void enter() {
    if (++depth > MAX_DEPTH) {
      throw new CorruptDataException("Values nested more than " + MAX_DEPTH + " levels deep");
    }
  }

  /** Leaves a level that {@link #enter} went into. */
  public void leave() {
    depth--;
  }

  /**
   * Reads a class written by {@link BinaryWriter#writeClassName}; the loader is asked once a name
   * and frame.
   */
  public Class<?> readClass() {
    int reference = readVarInt();
    if (dictionary == null) {
      dictionary = new ArrayList<>();
    }
    if (reference > 0) {
      if (reference > dictionary.size()) {
        throw new CorruptDataException("Class number " + reference + " of " + dictionary.size());
      }
      return dictionary.get(reference - 1);
    }
    String name = readString();
    Class<?> type = loadClass(name);
    dictionary.add(type);
    return type;
  }

  Class<?> loadClass(String name) {
    try {
      return Class.forName(name, false, classLoader);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new CorruptDataException("Class " + name + " is not in the job's jars", e);
    }
  }

  public ClassLoader classLoader() {
    return classLoader;
  }

  private int advance(int length) {
    int at = position;
    if (length < 0 || length > limit - at) {
      throw new CorruptDataException(
          "Wanted " + length + " bytes at position " + at + " where " + (limit - at) + " are left");
    }
    position = at + length;
    return at;
  }
}
