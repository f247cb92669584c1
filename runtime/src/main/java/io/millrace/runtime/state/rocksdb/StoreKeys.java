package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryWriter;
import java.util.Arrays;

/**
 * Keys of a database: the state's number, in paned states the pane's start, the key group, and the
 * key in its canonical encoding. Numbers are big-endian, so that a key group of a state, and a pane
 * with all its groups, is one range.
 */
final class StoreKeys {
  private final byte[] table;
  private final int firstGroup;

  private StoreKeys(byte[] table, int firstGroup) {
    this.table = table;
    this.firstGroup = firstGroup;
  }

  /**
   * @param firstGroup the first key group of the backend
   */
  static StoreKeys ofState(int state, int firstGroup) {
    return new StoreKeys(new byte[] {(byte) (state >>> 8), (byte) state}, firstGroup);
  }

  /** The key of bytes that are no state of this backend yet; behind the keys of all states. */
  static byte[] ofKept(int number) {
    return new byte[] {
      (byte) 0xff,
      (byte) 0xff,
      (byte) (number >>> 24),
      (byte) (number >>> 16),
      (byte) (number >>> 8),
      (byte) number
    };
  }

  StoreKeys ofPane(long start) {
    byte[] pane = Arrays.copyOf(table, table.length + Long.BYTES);
    long ordered = start ^ Long.MIN_VALUE;
    for (int i = 0; i < Long.BYTES; i++) {
      pane[table.length + i] = (byte) (ordered >>> (56 - 8 * i));
    }
    return new StoreKeys(pane, firstGroup);
  }

  /** Length of what stands before the key. */
  int prefixLength() {
    return table.length + Short.BYTES;
  }

  /** Begins a key of a group, which {@code groupIndex} counts from the backend's first. */
  void begin(int groupIndex, BinaryWriter out) {
    int group = firstGroup + groupIndex;
    out.writeBytes(table, 0, table.length);
    out.writeByte(group >>> 8);
    out.writeByte(group);
  }

  byte[] ofTable() {
    return table.clone();
  }

  byte[] ofGroup(int groupIndex) {
    BinaryWriter out = new BinaryWriter(prefixLength());
    begin(groupIndex, out);
    return out.toByteArray();
  }

  /** The first key behind all that begin with the prefix, which must not be all ones. */
  static byte[] behind(byte[] prefix) {
    byte[] end = prefix.clone();
    for (int i = end.length - 1; i >= 0; i--) {
      if (++end[i] != 0) {
        return end;
      }
    }
    throw new IllegalArgumentException("No key is behind " + Arrays.toString(prefix));
  }

  static boolean beginsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }
}
