package io.millrace.runtime.state;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.TypeSchema;

/**
 * What a snapshot says of a state beside its entries.
 *
 * @param key schema of the stream's key; empty for operator state
 * @param userKey schema of a map's key; empty for other kinds
 * @param value schema of the value, element, accumulator or namespace
 * @param ttl whether each entry has the time of its last update
 */
public record StateMeta(
    String name,
    StateKind kind,
    TypeSchema key,
    TypeSchema userKey,
    TypeSchema value,
    boolean ttl) {
  /** The schema of what is not there. */
  public static final TypeSchema NONE = TypeSchema.NONE;

  @SuppressWarnings("EnumOrdinal") // the order is part of the format
  public void write(BinaryWriter out) {
    out.writeString(name);
    out.writeByte(kind.ordinal());
    key.write(out);
    userKey.write(out);
    value.write(out);
    out.writeBoolean(ttl);
  }

  public static StateMeta read(BinaryReader in) {
    String name = in.readString();
    int kind = in.readByte();
    StateKind[] kinds = StateKind.values();
    if (kind < 0 || kind >= kinds.length) {
      throw new CorruptDataException("State " + name + " is of the unknown kind " + kind);
    }
    return new StateMeta(
        name,
        kinds[kind],
        TypeSchema.read(in),
        TypeSchema.read(in),
        TypeSchema.read(in),
        in.readBoolean());
  }
}
