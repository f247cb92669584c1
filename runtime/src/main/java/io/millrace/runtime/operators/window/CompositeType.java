package io.millrace.runtime.operators.window;

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

  private final TypeInformation<?> part;

  CompositeType(TypeInformation<?> part) {
    this.part = part;
  }

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

  @Override
  public final TypeSchema schema() {
    return new TypeSchema(
        TypeSchema.Kind.COLLECTION,
        rawClass().getName(),
        List.of(new TypeSchema.Part("element", part.schema())),
        List.of());
  }
}
