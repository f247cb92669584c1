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
    return new LateSerializer(Object.class);
  }

  @Override
  public Optional<FlatLayout<Object>> flatLayout() {
    return Optional.empty();
  }

  @Override
  public KeyCodec<Object> keyCodec() {
    return new LateKeyCodec();
  }

  @Override
  public TypeSchema schema() {
    return TypeSchema.late(Object.class);
  }

  @Override
  public boolean isLateTyped() {
    return true;
  }

  private Object readResolve() {
    return INSTANCE;
  }

  @Override
  public String toString() {
    return "late-typed";
  }
}
