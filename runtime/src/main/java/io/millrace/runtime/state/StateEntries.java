package io.millrace.runtime.state;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.CorruptDataException;

/**
 * How the entries of each kind of state lie in a snapshot: for those who read them without the
 * state's handle. The same order as the registrations of the states write them in.
 */
public final class StateEntries {
  private final StateMeta meta;
  private final BinaryReader in;
  private final EntryVisitor visitor;

  private StateEntries(StateMeta meta, BinaryReader in, EntryVisitor visitor) {
    this.meta = meta;
    this.in = in;
    this.visitor = visitor;
  }

  /**
   * Leads the visitor through all entries.
   *
   * @throws CorruptDataException if the bytes are no entries of such a state
   */
  public static void visit(StateMeta meta, BinaryReader in, EntryVisitor visitor) {
    new StateEntries(meta, in, visitor).visit();
    if (in.remaining() > 0) {
      throw new CorruptDataException(in.remaining() + " bytes are left over");
    }
  }

  private void visit() {
    switch (meta.kind()) {
      case VALUE, REDUCING, AGGREGATING -> entries(meta.ttl(), () -> visitor.value(in));
      case LIST -> entries(meta.ttl(), this::list);
      case MAP -> entries(meta.ttl(), this::map);
      case PANES -> panes(() -> entries(false, () -> visitor.value(in)));
      case PANED_ROWS -> panes(() -> entries(false, this::rows));
      case TIMERS -> timers();
      case SPLIT_LIST, UNION_LIST -> repeat(() -> visitor.value(in));
      case BROADCAST ->
          repeat(
              () -> {
                visitor.userKey(in);
                visitor.value(in);
              });
    }
  }

  private void repeat(Runnable element) {
    int count = in.readVarInt();
    if (count < 0) {
      throw new CorruptDataException("A count of " + count);
    }
    visitor.count(count);
    for (int i = 0; i < count; i++) {
      element.run();
    }
  }

  private void entries(boolean timed, Runnable value) {
    repeat(
        () -> {
          visitor.key(in);
          time(timed);
          value.run();
        });
  }

  private void time(boolean timed) {
    if (timed) {
      visitor.time(in.readLong());
    }
  }

  private void list() {
    repeat(
        () -> {
          time(meta.ttl());
          visitor.value(in);
        });
  }

  private void map() {
    repeat(
        () -> {
          visitor.userKey(in);
          time(meta.ttl());
          visitor.value(in);
        });
  }

  private void panes(Runnable entries) {
    repeat(
        () -> {
          visitor.pane(in.readLong());
          entries.run();
        });
  }

  private void rows() {
    repeat(
        () -> {
          visitor.mark(in.readLong());
          visitor.value(in);
        });
  }

  private void timers() {
    repeat(
        () -> {
          visitor.timer(in.readLong());
          visitor.key(in);
          visitor.value(in);
        });
  }
}
