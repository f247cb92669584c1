package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.state.SectionOutput;
import io.millrace.runtime.state.StateMeta;
import io.millrace.runtime.state.heap.CurrentKey;
import io.millrace.runtime.state.heap.EntryFormat;
import io.millrace.runtime.state.heap.RegisteredState;
import io.millrace.runtime.state.heap.Segment;
import io.millrace.runtime.state.heap.StateTable;
import io.millrace.runtime.state.heap.StoredForm;
import io.millrace.runtime.state.rocksdb.StoredState.StoredTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A state of one entry a key, as the backend sees it. */
final class CachedState<V> implements RegisteredState {
  /** The database is looked through for what has expired this seldom, so much at a time. */
  private static final int CLEAN_UPS_PER_SWEEP = 64;

  private static final int ENTRIES_PER_SWEEP = 1024;

  private final StateMeta meta;
  private final int number;
  private final CachedTable<V> table;
  private final CachedCursor<V> cursor;
  private final StoredForm<V> form;
  private final CurrentKey key;
  private final Object handle;
  private final Supplier<DatabaseCut> cut;
  private final ClassLoader loader;
  private final SegmentHand hand;
  private byte[] sweptTo;
  private int cleanUps;

  /**
   * @param number in the keys of the database
   * @param cut the one that is being captured
   */
  CachedState(
      StateMeta meta,
      int number,
      CachedCursor<V> cursor,
      StoredForm<V> form,
      Object handle,
      Supplier<DatabaseCut> cut,
      ClassLoader loader) {
    this.meta = meta;
    this.number = number;
    this.table = cursor.table();
    this.cursor = cursor;
    this.form = form;
    this.key = table.cache().key();
    this.handle = handle;
    this.cut = cut;
    this.loader = loader;
    this.hand = new SegmentHand(table.entries());
    this.sweptTo = table.store().keys().ofTable();
  }

  @Override
  public StateMeta meta() {
    return meta;
  }

  /** What an image says of it. */
  StoredState stored() {
    return new StoredState(meta, number, List.of(new StoredTable(0, table.size())));
  }

  @Override
  public Object handle() {
    return handle;
  }

  @Override
  public Optional<StateTable<?>> table() {
    return Optional.of(table.entries());
  }

  @Override
  public void restore(int groupIndex, StateMeta written, BinaryReader entries) {
    TypeSerializer<V> values = written.ttl() ? form.timedReader() : form.untimedReader();
    EntryFormat.read(entries, values, groupIndex, written.ttl(), key, cursor);
  }

  @Override
  public long size() {
    return table.size();
  }

  @Override
  public boolean peek(BinaryWriter out) {
    TableStore.Value<V> found = new TableStore.Value<>();
    if (!cursor.peek(found) || cursor.ttlMillis() != 0 && cursor.isExpired(found.time)) {
      return false;
    }
    out.writeVarInt(1);
    key.codec().encode(key.isLong() ? key.codec().fromLong(key.longKey()) : key.objectKey(), out);
    if (meta.ttl()) {
      out.writeLong(found.time);
    }
    form.serializer().write(found.value, out);
    return true;
  }

  @Override
  public Capture capture() {
    StoredEntries<V> entries = new StoredEntries<>(table, cut.get(), loader);
    return new Capture() {
      @Override
      public StateMeta meta() {
        return meta;
      }

      @Override
      public boolean write(int groupIndex, BinaryWriter out) {
        return entries.write(groupIndex, out);
      }

      @Override
      public void write(int groupIndex, SectionOutput out, BinaryWriter scratch)
          throws IOException {
        entries.write(meta, groupIndex, out, scratch);
      }
    };
  }

  @Override
  public void cleanUp(int slots) {
    if (cursor.ttlMillis() == 0 || table.size() == 0) {
      return;
    }
    expireCached(slots);
    if (!table.isComplete() && ++cleanUps % CLEAN_UPS_PER_SWEEP == 0) {
      expireStored();
    }
  }

  private void expireCached(int slots) {
    int left = slots;
    boolean moved = false;
    while (left > 0) {
      Segment segment = hand.segment();
      int slot = hand.slot();
      while (slot < segment.slots() && left > 0) {
        left--;
        if (segment.isUsed(slot)
            && (segment.flags(slot) & CachedTable.DELETED) == 0
            && cursor.isExpired(segment.time(slot))
            && table.delete(hand.group(), segment, slot)) {
          moved = true; // another entry, perhaps, into this slot
        } else {
          slot++;
        }
      }
      hand.at(slot);
      if (slot >= segment.slots()) {
        hand.next();
        left--;
      }
    }
    if (moved) {
      key.invalidate();
    }
  }

  private void expireStored() {
    byte[] prefix = table.store().keys().ofTable();
    CurrentKey.Saved before = key.save();
    byte[] last = prefix;
    int left = ENTRIES_PER_SWEEP;
    try (Database.View now = table.cache().database().view();
        Database.Walk walk = now.walk(prefix, sweptTo)) {
      while (left > 0 && walk.next()) {
        left--;
        last = walk.key();
        BinaryReader value = new BinaryReader(walk.value(), loader);
        if (cursor.isExpired(value.readLong())) {
          int length = table.store().keys().prefixLength();
          key.set(key.codec().decode(new BinaryReader(last, length, last.length - length, loader)));
          // Looks at the cache first, which may have a newer one.
          cursor.find();
        }
      }
    }
    // The next key there can be, or the beginning again.
    sweptTo = left > 0 ? prefix : Arrays.copyOf(last, last.length + 1);
    key.reset(before);
  }
}
