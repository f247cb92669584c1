package io.millrace.core.types;

import java.util.Optional;

/** Optionals: as the nullable form of what they hold. */
record OptionalSerializer(TypeSerializer<Object> element, boolean isImmutable)
    implements TypeSerializer<Optional<Object>> {
  @Override
  public void write(Optional<Object> value, BinaryWriter out) {
    element.writeNullable(value.orElse(null), out);
  }

  @Override
  public Optional<Object> read(BinaryReader in) {
    return Optional.ofNullable(element.readNullable(in));
  }

  @Override
  public Optional<Object> copy(Optional<Object> value) {
    return isImmutable ? value : value.map(element::copy);
  }
}
