package io.millrace.api.datastream.sink;

import io.millrace.core.source.VersionedSerializer;
import java.io.IOException;

/** For sinks that never hand out a committable. */
final class UncommittedSerializer implements VersionedSerializer<Void> {
  @Override
  public int version() {
    return 1;
  }

  @Override
  public byte[] serialize(Void value) throws IOException {
    throw new IOException("A sink without commits has nothing to serialise");
  }

  @Override
  public Void deserialize(int version, byte[] bytes) throws IOException {
    throw new IOException("A sink without commits has nothing to restore");
  }
}
