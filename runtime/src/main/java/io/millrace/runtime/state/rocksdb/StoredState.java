package io.millrace.runtime.state.rocksdb;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.state.StateKind;
import io.millrace.runtime.state.StateMeta;
import java.util.ArrayList;
import java.util.List;

/**
 * A state in a database by what is known of it without its serializers, which must not write class
 * names: its entries are then copied as they stand. Immutable.
 *
 * @param number in the keys of the database
 * @param tables one; of a paned state one a pane, by ascending start
 */
record StoredState(StateMeta meta, int number, List<StoredTable> tables) {
  StoredState {
    tables = List.copyOf(tables);
  }

  /**
   * A table of a state.
   *
   * @param start of the pane; 0 if the state has none
   * @param live how many keys have a value
   */
  record StoredTable(long start, long live) {}

  boolean isPaned() {
    return meta.kind() == StateKind.PANES;
  }

  void encode(BinaryWriter out) {
    meta.write(out);
    out.writeVarInt(number);
    out.writeVarInt(tables.size());
    for (StoredTable table : tables) {
      out.writeLong(table.start());
      out.writeLong(table.live());
    }
  }

  static StoredState decode(BinaryReader in) {
    StateMeta meta = StateMeta.read(in);
    int number = in.readVarInt();
    List<StoredTable> tables = new ArrayList<>();
    for (int left = in.readSize(16); left > 0; left--) {
      tables.add(new StoredTable(in.readLong(), in.readLong()));
    }
    return new StoredState(meta, number, tables);
  }

  /**
   * Writes the entries of a key group as every backend writes them.
   *
   * @return false, and nothing is written, if it has none
   */
  boolean write(Database.View view, int group, BinaryWriter out) {
    StoreKeys keys = StoreKeys.ofState(number, 0);
    if (!isPaned()) {
      return StoredEntries.copy(view, keys.ofGroup(group), new BinaryWriter(), out);
    }
    BinaryWriter panes = new BinaryWriter();
    BinaryWriter body = new BinaryWriter();
    int count = 0;
    for (StoredTable table : tables) {
      int before = panes.size();
      panes.writeLong(table.start());
      if (StoredEntries.copy(view, keys.ofPane(table.start()).ofGroup(group), body, panes)) {
        count++;
      } else {
        panes.truncate(before);
      }
    }
    if (count == 0) {
      return false;
    }
    out.writeVarInt(count);
    out.writeBytes(panes.array(), 0, panes.size());
    return true;
  }
}
