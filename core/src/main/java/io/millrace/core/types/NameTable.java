package io.millrace.core.types;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A fixed set of names, written as they are and found again without making a string: they stand for
 * enum constants and variants of sealed types, whose numbers may change with the program.
 */
final class NameTable {
  private final String owner;
  private final byte[][] names;
  private final int[] slots; // index + 1, open addressing, at most half full

  NameTable(String owner, List<String> names) {
    this.owner = owner;
    this.names = new byte[names.size()][];
    this.slots = new int[Math.max(2, Integer.highestOneBit(Math.max(1, names.size())) * 4)];
    for (int i = 0; i < this.names.length; i++) {
      byte[] name = names.get(i).getBytes(StandardCharsets.UTF_8);
      this.names[i] = name;
      int slot = KeyHash.ofBytes(name, 0, name.length) & slots.length - 1;
      while (slots[slot] != 0) {
        slot = slot + 1 & slots.length - 1;
      }
      slots[slot] = i + 1;
    }
  }

  void write(int index, BinaryWriter out) {
    byte[] name = names[index];
    out.writeVarInt(name.length);
    out.writeBytes(name, 0, name.length);
  }

  int read(BinaryReader in) {
    int length = in.readSize(1);
    int at = in.take(length);
    byte[] bytes = in.array();
    int slot = KeyHash.ofBytes(bytes, at, length) & slots.length - 1;
    while (slots[slot] != 0) {
      byte[] name = names[slots[slot] - 1];
      if (Arrays.equals(name, 0, name.length, bytes, at, at + length)) {
        return slots[slot] - 1;
      }
      slot = slot + 1 & slots.length - 1;
    }
    String unknown = new String(bytes, at, Math.min(length, 100), StandardCharsets.UTF_8);
    throw new CorruptDataException(
        "'" + unknown + "' is none of the names that " + owner + " has in this program");
  }
}
