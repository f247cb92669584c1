package io.millrace.processtests.differential;

import io.millrace.core.types.FlatLayout;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.RowLayout;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSerializer;
import java.util.Optional;

/** A type whose values are never taken apart, neither in batches nor in state. */
final class WholeType<T> extends TypeInformation<T> {
  private static final long serialVersionUID = 1L;

  private final TypeInformation<T> type;

  WholeType(TypeInformation<T> type) {
    this.type = type;
  }

  @Override
  public Class<? super T> rawClass() {
    return type.rawClass();
  }

  @Override
  public TypeSerializer<T> serializer() {
    return type.serializer();
  }

  @Override
  public Optional<FlatLayout<T>> flatLayout() {
    return Optional.empty();
  }

  @Override
  public Optional<? extends RowLayout<T>> rowLayout() {
    return Optional.empty();
  }

  @Override
  public KeyCodec<T> keyCodec() {
    return type.keyCodec();
  }

  @Override
  public TypeSchema schema() {
    return type.schema();
  }
}
