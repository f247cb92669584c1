package io.millrace.runtime.exchange.netty;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeSerializer;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.RecordBatch;

/** The small record of the tests. */
record Pair(long a, long b) {
  static final TypeSerializer<Pair> SERIALIZER =
      new TypeSerializer<>() {
        @Override
        public void write(Pair value, BinaryWriter out) {
          out.writeLong(value.a);
          out.writeLong(value.b);
        }

        @Override
        public Pair read(BinaryReader in) {
          return new Pair(in.readLong(), in.readLong());
        }

        @Override
        public Pair copy(Pair value) {
          return value;
        }

        @Override
        public boolean isImmutable() {
          return true;
        }
      };

  static final TypeSerializer<byte[]> BYTES =
      new TypeSerializer<>() {
        @Override
        public void write(byte[] value, BinaryWriter out) {
          out.writeVarInt(value.length);
          out.writeBytes(value, 0, value.length);
        }

        @Override
        public byte[] read(BinaryReader in) {
          return in.readBytes(in.readSize(1));
        }

        @Override
        public byte[] copy(byte[] value) {
          return value.clone();
        }

        @Override
        public boolean isImmutable() {
          return false;
        }
      };

  static BatchCodec codec() {
    return BatchCodec.of(ObjectLayout.ofObjects(SERIALIZER), Pair.class.getClassLoader());
  }

  static void add(RecordBatch batch, long a, long b, long timestamp) {
    ((ObjectBatch) batch).values[batch.size] = new Pair(a, b);
    ((ObjectBatch) batch).stamp(batch.size, timestamp);
    batch.size++;
  }
}
