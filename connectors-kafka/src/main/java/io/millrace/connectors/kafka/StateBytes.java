package io.millrace.connectors.kafka;

import io.millrace.core.types.BinaryReader;
import java.io.IOException;

/** The checks that every reader of connector state makes: version, bounds, nothing left over. */
final class StateBytes {
  private StateBytes() {}

  static <T> T read(String what, int version, int known, byte[] bytes, Decoder<T> decoder)
      throws IOException {
    if (version != known) {
      throw new IOException(
          what
              + " of format version "
              + version
              + " can't be read: this connector knows version "
              + known
              + ". Use the connector version that wrote it, or a newer one");
    }
    try {
      BinaryReader in = new BinaryReader(bytes, StateBytes.class.getClassLoader());
      T value = decoder.decode(in);
      if (in.remaining() != 0) {
        throw new IOException(what + " is corrupt: " + in.remaining() + " bytes too many");
      }
      return value;
    } catch (RuntimeException e) {
      throw new IOException(what + " is corrupt: " + e.getMessage(), e);
    }
  }

  /** Reads one value. */
  @FunctionalInterface
  interface Decoder<T> {
    T decode(BinaryReader in);
  }
}
