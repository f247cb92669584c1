package io.millrace.runtime.state;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.TypeSchema;
import java.util.List;
import java.util.Optional;

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
  public static final TypeSchema NONE =
      new TypeSchema(TypeSchema.Kind.BASIC, "none", List.of(), List.of());

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

  /**
   * Why state written as {@code written} cannot be read as this; empty if it can. A time to live
   * may be added or removed.
   */
  public Optional<String> incompatibleWith(StateMeta written) {
    if (kind != written.kind) {
      return Optional.of("it was " + written.kind + " state and is now " + kind);
    }
    if (!key.equals(written.key)) {
      return Optional.of("its key type changed, which keys cannot: " + change(key, written.key));
    }
    if (!userKey.equals(written.userKey)) {
      return Optional.of(
          "the type of its map keys changed, which keys cannot: "
              + change(userKey, written.userKey));
    }
    return value.differenceFrom(written.value);
  }

  private static String change(TypeSchema is, TypeSchema was) {
    return is.differenceFrom(was).orElse("it was " + was + " and is now " + is);
  }
}
