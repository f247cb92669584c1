package io.millrace.runtime.state;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.schema.SchemaEvolution;
import io.millrace.core.types.schema.WrittenType;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of a state since a snapshot of it was written: its values may evolve ({@link
 * SchemaEvolution}), a time to live may come or go, its keys and its kind stay as they are.
 * Immutable and safe for use by any thread.
 */
public final class StateEvolution {
  private final StateMeta written;
  private final StateMeta now;
  private final ClassLoader loader;
  private final List<String> obstacles;
  private final SchemaEvolution values;

  private StateEvolution(
      StateMeta written,
      StateMeta now,
      ClassLoader loader,
      List<String> obstacles,
      SchemaEvolution values) {
    this.written = written;
    this.now = now;
    this.loader = loader;
    this.obstacles = obstacles;
    this.values = values;
  }

  /**
   * @param loader the job's: its classes know former names and what new fields begin with
   */
  public static StateEvolution between(StateMeta written, StateMeta now, ClassLoader loader) {
    List<String> obstacles = new ArrayList<>();
    if (written.kind() != now.kind()) {
      obstacles.add("it was " + written.kind() + " state and is now " + now.kind());
    }
    if (!now.key().equals(written.key())) {
      obstacles.add(
          "its key type changed, which keys cannot: " + change(written.key(), now.key(), loader));
    }
    if (!now.userKey().equals(written.userKey())) {
      obstacles.add(
          "the type of its map keys changed, which keys cannot: "
              + change(written.userKey(), now.userKey(), loader));
    }
    SchemaEvolution values = SchemaEvolution.between(written.value(), now.value(), loader);
    if (written.kind() == now.kind()) {
      obstacles.addAll(values.obstacles());
    }
    return new StateEvolution(written, now, loader, List.copyOf(obstacles), values);
  }

  private static String change(TypeSchema was, TypeSchema is, ClassLoader loader) {
    SchemaEvolution evolution = SchemaEvolution.between(was, is, loader);
    List<String> found = new ArrayList<>(evolution.obstacles());
    found.addAll(evolution.changes());
    // Only added constants and classes, or other types of collections, are no change to values.
    return found.isEmpty() ? was + " is now " + is : String.join("; ", found);
  }

  /** What keeps the state from being read; empty if nothing. */
  public List<String> obstacles() {
    return obstacles;
  }

  /** What became of the values, each with the way to the field. */
  public List<String> changes() {
    return values.changes();
  }

  /** Whether the bytes of values are others now. */
  public boolean isConversion() {
    return values.isConversion();
  }

  /**
   * The entries of a state as the program now writes them, but for times to live.
   *
   * @throws CorruptDataException if the bytes are no entries of the state as it was
   */
  RawState convert(RawState raw) {
    if (!isConversion()) {
      return raw;
    }
    BinaryWriter out = new BinaryWriter(raw.entries().length);
    StateEntries.visit(written, raw.reader(loader), new Converter(out));
    StateMeta meta =
        new StateMeta(now.name(), now.kind(), now.key(), now.userKey(), now.value(), written.ttl());
    return new RawState(meta, raw.origin(), out.toByteArray());
  }

  /** Writes what it is led through, values as they are now. */
  private final class Converter implements EntryVisitor {
    private final BinaryWriter out;
    private final WrittenType keys = WrittenType.ofKey(written.key());
    private final WrittenType userKeys = WrittenType.ofKey(written.userKey());

    private Converter(BinaryWriter out) {
      this.out = out;
    }

    @Override
    public void count(int count) {
      out.writeVarInt(count);
    }

    @Override
    public void pane(long start) {
      out.writeLong(start);
    }

    @Override
    public void key(BinaryReader in) {
      keys.write(keys.read(in), out);
    }

    @Override
    public void userKey(BinaryReader in) {
      userKeys.write(userKeys.read(in), out);
    }

    @Override
    public void time(long updated) {
      out.writeLong(updated);
    }

    @Override
    public void timer(long timestamp) {
      out.writeLong(timestamp);
    }

    @Override
    public void mark(long mark) {
      out.writeLong(mark);
    }

    @Override
    public void value(BinaryReader in) {
      values.convert(in, out);
    }
  }
}
