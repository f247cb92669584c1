package io.millrace.core.types;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A growing byte array that serializers write into, little-endian. Class names of late-typed values
 * are written once a writer and referred to by number: a writer is one frame or one file section,
 * so each can be read on its own. Not thread-safe.
 */
public final class BinaryWriter {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MAX_CAPACITY = Integer.MAX_VALUE - 16;

  /** Up to here a plain loop is faster than a bulk copy; far below the one-byte length. */
  private static final int SHORT_STRING = 24;

  private byte[] bytes;
  private int size;
  private int depth;
  private Map<String, Integer> dictionary;

  public BinaryWriter() {
    this(256);
  }

  public BinaryWriter(int capacity) {
    this.bytes = new byte[Math.max(16, capacity)];
  }

  /** Reads a little-endian long; here so that writer and hash share one definition. */
  public static long getLong(byte[] bytes, int offset) {
    return (long) LONG.get(bytes, offset);
  }

  static int getInt(byte[] bytes, int offset) {
    return (int) INT.get(bytes, offset);
  }

  /** The array written into; valid up to {@link #size} and until the next write. */
  public byte[] array() {
    return bytes;
  }

  public int size() {
    return size;
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** Empties the writer, its dictionary too, keeping the array. */
  public void reset() {
    size = 0;
    depth = 0;
    if (dictionary != null) {
      dictionary.clear();
    }
  }

  /** Takes back what was written behind {@code newSize}, which must be no class name. */
  public void truncate(int newSize) {
    size = Math.min(size, newSize);
  }

  /**
   * Whether a class name was written since the last {@link #reset}: if not, the bytes mean the same
   * in any other frame.
   */
  public boolean hasClassNames() {
    return dictionary != null && !dictionary.isEmpty();
  }

  public void writeByte(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
  }

  public void writeBoolean(boolean value) {
    writeByte(value ? 1 : 0);
  }

  public void writeShort(int value) {
    ensure(2);
    bytes[size] = (byte) value;
    bytes[size + 1] = (byte) (value >>> 8);
    size += 2;
  }

  public void writeInt(int value) {
    ensure(4);
    INT.set(bytes, size, value);
    size += 4;
  }

  public void writeLong(long value) {
    ensure(8);
    LONG.set(bytes, size, value);
    size += 8;
  }

  public void writeFloat(float value) {
    writeInt(Float.floatToRawIntBits(value));
  }

  public void writeDouble(double value) {
    writeLong(Double.doubleToRawLongBits(value));
  }

  /** LEB128 of a non-negative number; one byte below 128. */
  public void writeVarInt(int value) {
    ensure(5);
    int v = value;
    while ((v & ~0x7f) != 0) {
      bytes[size++] = (byte) (v | 0x80);
      v >>>= 7;
    }
    bytes[size++] = (byte) v;
  }

  public void writeBytes(byte[] source, int offset, int length) {
    ensure(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  /**
   * UTF-8 with its length in bytes before it. A surrogate without its partner is written as three
   * bytes too (as in WTF-8), so that every string comes back as it was and no two strings share an
   * encoding.
   */
  public void writeString(String value) {
    writeString(value, 0);
  }

  /** As {@link #writeString}, one added to the length so that 0 stands for null. */
  public void writeNullableString(String value) {
    if (value == null) {
      writeByte(0);
    } else {
      writeString(value, 1);
    }
  }

  private void writeString(String value, int added) {
    if (value.length() <= SHORT_STRING
        ? writeShortAscii(value, added)
        : writeLongAscii(value, added)) {
      return;
    }
    long encoded = Utf8.length(value);
    if (encoded > MAX_CAPACITY) {
      throw new IllegalStateException("A string of more than 2 GiB can't be written");
    }
    writeVarInt((int) encoded + added);
    ensure((int) encoded);
    Utf8.encode(value, bytes, size);
    size += (int) encoded;
  }

  private boolean writeShortAscii(String value, int added) {
    int length = value.length();
    ensure(length + 1);
    byte[] target = bytes;
    int at = size + 1;
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c >= 0x80) {
        return false;
      }
      target[at + i] = (byte) c;
    }
    target[size] = (byte) (length + added);
    size = at + length;
    return true;
  }

  /** Copies the low bytes in one go, which is right if it turns out that there are no others. */
  @SuppressWarnings("deprecation")
  private boolean writeLongAscii(String value, int added) {
    int length = value.length();
    int start = size;
    writeVarInt(length + added);
    ensure(length);
    value.getBytes(0, length, bytes, size);
    int all = 0;
    for (int i = 0; i < length; i++) {
      all |= value.charAt(i);
    }
    size = all < 0x80 ? size + length : start;
    return all < 0x80;
  }

  /**
   * Counts a level of nesting in a type that contains itself.
   *
   * @throws IllegalStateException beyond {@link BinaryReader#MAX_DEPTH} levels
   */
  public void enter() {
    if (++depth > BinaryReader.MAX_DEPTH) {
      depth = 0;
      throw new IllegalStateException(
          "A value nested more than "
              + BinaryReader.MAX_DEPTH
              + " levels deep, or containing itself, can't be written; hold the elements in a List");
    }
  }

  /** Leaves a level that {@link #enter} went into. */
  public void leave() {
    depth--;
  }

  /** Writes a class name, or its number if this writer has written it before. */
  public void writeClassName(String name) {
    if (dictionary == null) {
      dictionary = new HashMap<>();
    }
    Integer known = dictionary.get(name);
    if (known != null) {
      writeVarInt(known + 1);
      return;
    }
    dictionary.put(name, dictionary.size());
    writeVarInt(0);
    writeString(name);
  }

  /** Overwrites an int written before, such as a length known only now. */
  public void setInt(int offset, int value) {
    if (offset < 0 || offset + 4 > size) {
      throw new IndexOutOfBoundsException("offset " + offset + " of " + size);
    }
    INT.set(bytes, offset, value);
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      grow(more);
    }
  }

  private void grow(int more) {
    long wanted = Math.max((long) size + more, (long) bytes.length + (bytes.length >> 1));
    if ((long) size + more > MAX_CAPACITY) {
      throw new IllegalStateException("A frame of more than 2 GiB can't be written");
    }
    bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, MAX_CAPACITY));
  }
}
