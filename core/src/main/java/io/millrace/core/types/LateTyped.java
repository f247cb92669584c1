package io.millrace.core.types;

import java.util.Optional;

/** Values written with their class. */
final class LateTyped extends TypeInformation<Object> {
  private static final long serialVersionUID = 1L;
  static final LateTyped INSTANCE = new LateTyped();

  private LateTyped() {}

  @Override
  public Class<Object> rawClass() {
    return Object.class;
  }

  @Override
  public TypeSerializer<Object> serializer() {
    throw new UnsupportedTypeException("late-typed values");
  }

  @Override
  public Optional<FlatLayout<Object>> flatLayout() {
    return Optional.empty();
  }

  @Override
  public KeyCodec<Object> keyCodec() {
    throw new UnsupportedTypeException("late-typed keys");
  }

  @Override
  public TypeSchema schema() {
    return new TypeSchema("late-typed");
  }

  @Override
  public boolean isLateTyped() {
    return true;
  }
}
