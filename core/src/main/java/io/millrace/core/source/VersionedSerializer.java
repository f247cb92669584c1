package io.millrace.core.source;

import java.io.IOException;

/**
 * Bytes of splits, enumerator states and committables, with a version so that they can be read for
 * ever.
 */
public interface VersionedSerializer<T> {
  int version();

  byte[] serialize(T value) throws IOException;

  /**
   * @throws IOException if the bytes are corrupt or the version is unknown, saying which
   */
  T deserialize(int version, byte[] bytes) throws IOException;
}
