package io.millrace.runtime.state;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSerializer;

/** The namespace of timers that have none. */
public enum NoNamespace {
  INSTANCE;

  public static final TypeSchema SCHEMA = StateMeta.NONE;

  public static final TypeSerializer<NoNamespace> SERIALIZER =
      new TypeSerializer<>() {
        @Override
        public void write(NoNamespace value, BinaryWriter out) {}

        @Override
        public NoNamespace read(BinaryReader in) {
          return INSTANCE;
        }

        @Override
        public NoNamespace copy(NoNamespace value) {
          return value;
        }

        @Override
        public boolean isImmutable() {
          return true;
        }
      };
}
