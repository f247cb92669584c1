package io.millrace.core.format;

import io.millrace.core.types.TypeInformation;

/** Bytes as they are. The array is handed on, not copied. */
public final class ByteArraySchema
    implements DeserializationSchema<byte[]>, SerializationSchema<byte[]> {
  private static final long serialVersionUID = 1L;

  @Override
  public void open() {}

  @Override
  public byte[] deserialize(byte[] bytes) {
    return bytes;
  }

  @Override
  public byte[] serialize(byte[] element) {
    return element;
  }

  @Override
  public TypeInformation<byte[]> producedType() {
    return TypeInformation.of(byte[].class);
  }
}
