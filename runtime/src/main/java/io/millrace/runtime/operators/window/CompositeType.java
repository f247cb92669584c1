package io.millrace.runtime.operators.window;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.FlatLayout;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSerializer;
import io.millrace.core.types.UnsupportedTypeException;
import java.util.List;
import java.util.Optional;

/** A type of the engine's own around one of the user's: kept in state, never a key. */
abstract class CompositeType<T> extends TypeInformation<T> {
  private static final long serialVersionUID = 1L;

  @Override
  public abstract TypeSerializer<T> serializer();

  @Override
  public final Optional<FlatLayout<T>> flatLayout() {
    return Optional.empty();
  }

  @Override
  public final KeyCodec<T> keyCodec() {
    throw new UnsupportedTypeException(rawClass().getSimpleName() + " can't be a key");
  }

  /** What one of the elements is written as: the fields of a record. */
  abstract List<TypeSchema.Part> element();

  /**
   * A collection of records: so these types are read, and the user's part in them evolves, as any
   * other. The serializers keep to what the schema says.
   */
  @Override
  public final TypeSchema schema() {
    String name = rawClass().getName();
    TypeSchema element =
        new TypeSchema(TypeSchema.Kind.RECORD, name + "$Element", element(), List.of());
    return new TypeSchema(
        TypeSchema.Kind.COLLECTION,
        name,
        List.of(new TypeSchema.Part("element", element)),
        List.of());
  }

  static TypeSchema.Part part(String name, Class<?> primitive) {
    return part(
        name, new TypeSchema(TypeSchema.Kind.BASIC, primitive.getName(), List.of(), List.of()));
  }

  static TypeSchema.Part part(String name, TypeSchema type) {
    return new TypeSchema.Part(name, type);
  }

  static void requirePresence(BinaryReader in) {
    if (!in.readPresence()) {
      throw new CorruptDataException("An element that is not there");
    }
  }
}
