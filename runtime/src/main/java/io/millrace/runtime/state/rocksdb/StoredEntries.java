package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.SectionOutput;
import io.millrace.runtime.state.StateMeta;
import java.io.IOException;

/**
 * The entries of a table as a cut sees them in the database, to be written as every backend writes
 * them. Made on the task thread, used by one other.
 */
final class StoredEntries<V> {
  /** Two subtasks of a small process write at the same time. */
  private static final int PART_BYTES = 1 << 20;

  private final CachedTable<V> table;
  private final DatabaseCut cut;
  private final StoreKeys keys;
  private final KeyCodec<Object> codec;
  private final TypeSerializer<V> serializer;
  private final boolean timed;
  private final boolean empty;
  private final ClassLoader loader;
  private final BinaryWriter body = new BinaryWriter();

  StoredEntries(CachedTable<V> table, DatabaseCut cut, ClassLoader loader) {
    this.table = table;
    this.cut = cut;
    this.keys = table.store().keys();
    this.codec = table.layout().codec();
    this.serializer = table.store().serializer();
    this.timed = table.store().timed();
    this.empty = table.size() == 0;
    this.loader = loader;
  }

  /**
   * Writes the entries of a key group.
   *
   * @return false, and nothing is written, if it has none
   */
  boolean write(int groupIndex, BinaryWriter out) {
    if (empty || cut.isInFiles()) {
      return false;
    }
    byte[] prefix = keys.ofGroup(groupIndex);
    // Known when the cut is taken, which is before this; true a little too soon does no harm.
    return table.store().hasClassNames()
        ? writeReframed(prefix, out)
        : copy(cut.view(), prefix, body, out);
  }

  /**
   * Writes the entries of a key group to a section, if it has any: a part at a time, as a key group
   * of state on disk may be more than the heap holds.
   *
   * @param scratch for a part
   */
  void write(StateMeta meta, int groupIndex, SectionOutput out, BinaryWriter scratch)
      throws IOException {
    if (empty || cut.isInFiles()) {
      return;
    }
    byte[] prefix = keys.ofGroup(groupIndex);
    scratch.reset();
    if (table.store().hasClassNames()) {
      if (writeReframed(prefix, scratch)) {
        out.state(meta, scratch);
      }
      return;
    }
    // How much there is stands before it.
    body.reset();
    int count = 0;
    long bytes = 0;
    try (Database.Walk walk = cut.view().walk(prefix)) {
      while (walk.next()) {
        byte[] key = walk.key();
        byte[] value = walk.value();
        count++;
        bytes += key.length - prefix.length + value.length;
        if (bytes <= PART_BYTES) {
          append(key, prefix.length, value);
        }
      }
    }
    if (count == 0) {
      return;
    }
    scratch.writeVarInt(count);
    if (bytes + scratch.size() > Integer.MAX_VALUE) {
      throw new IOException(
          "State "
              + meta.name()
              + " has "
              + bytes
              + " bytes in one key group, and a snapshot can have 2 GiB. A larger maximum"
              + " parallelism, which can be set before a job's first start only, has smaller ones");
    }
    out.begin(meta, (int) bytes + scratch.size());
    out.part(scratch);
    if (bytes > PART_BYTES) {
      writeInParts(prefix, out);
    } else {
      out.part(body);
    }
  }

  private void writeInParts(byte[] prefix, SectionOutput out) throws IOException {
    body.reset();
    try (Database.Walk walk = cut.view().walk(prefix)) {
      while (walk.next()) {
        append(walk.key(), prefix.length, walk.value());
        if (body.size() >= PART_BYTES) {
          out.part(body);
          body.reset();
        }
      }
    }
    out.part(body);
    body.reset();
  }

  private void append(byte[] key, int from, byte[] value) {
    body.writeBytes(key, from, key.length - from);
    body.writeBytes(value, 0, value.length);
  }

  /**
   * Copies the entries whose keys begin with a prefix, as they stand.
   *
   * @param body is used for them
   * @return false, and nothing is written, if there are none
   */
  static boolean copy(Database.View view, byte[] prefix, BinaryWriter body, BinaryWriter out) {
    body.reset();
    int count = 0;
    try (Database.Walk walk = view.walk(prefix)) {
      while (walk.next()) {
        byte[] key = walk.key();
        byte[] value = walk.value();
        body.writeBytes(key, prefix.length, key.length - prefix.length);
        body.writeBytes(value, 0, value.length);
        count++;
      }
    }
    if (count == 0) {
      return false;
    }
    out.writeVarInt(count);
    out.writeBytes(body.array(), 0, body.size());
    return true;
  }

  private boolean writeReframed(byte[] prefix, BinaryWriter out) {
    int count = 0;
    try (Database.Walk walk = cut.view().walk(prefix)) {
      while (walk.next()) {
        count++;
      }
    }
    if (count == 0) {
      return false;
    }
    out.writeVarInt(count);
    try (Database.Walk walk = cut.view().walk(prefix)) {
      while (walk.next()) {
        byte[] key = walk.key();
        reframe(
            new BinaryReader(key, prefix.length, key.length - prefix.length, loader),
            new BinaryReader(walk.value(), loader),
            out);
      }
    }
    return true;
  }

  /** Class names are numbered once a frame, and each stored key and value is a frame. */
  private void reframe(BinaryReader key, BinaryReader value, BinaryWriter out) {
    codec.encode(codec.decode(key), out);
    if (timed) {
      out.writeLong(value.readLong());
    }
    serializer.write(serializer.read(value), out);
  }
}
