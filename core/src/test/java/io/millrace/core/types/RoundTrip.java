package io.millrace.core.types;

import static org.assertj.core.api.Assertions.assertThat;

/** Writes and reads one value, as a frame of its own. */
final class RoundTrip {
  private RoundTrip() {}

  static <T> byte[] bytes(TypeInformation<T> type, T value) {
    BinaryWriter out = new BinaryWriter();
    type.serializer().write(value, out);
    return out.toByteArray();
  }

  static <T> T of(TypeInformation<T> type, T value) {
    BinaryReader in = reader(bytes(type, value));
    T read = type.serializer().read(in);
    assertThat(in.remaining()).isZero();
    return read;
  }

  static <K> K key(KeyCodec<K> codec, K key) {
    BinaryWriter out = new BinaryWriter();
    codec.encode(key, out);
    BinaryReader in = reader(out.toByteArray());
    K read = codec.decode(in);
    assertThat(in.remaining()).isZero();
    return read;
  }

  static BinaryReader reader(byte[] bytes) {
    return new BinaryReader(bytes, RoundTrip.class.getClassLoader());
  }
}
