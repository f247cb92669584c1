package io.millrace.connectors.kafka;

import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import java.io.IOException;

/** Bytes of splits in assignments and checkpoints. */
final class KafkaPartitionSplitSerializer implements VersionedSerializer<KafkaPartitionSplit> {
  private static final int VERSION = 1;

  @Override
  public int version() {
    return VERSION;
  }

  @Override
  public byte[] serialize(KafkaPartitionSplit value) {
    BinaryWriter out = new BinaryWriter(64);
    write(value, out);
    return out.toByteArray();
  }

  @Override
  public KafkaPartitionSplit deserialize(int version, byte[] bytes) throws IOException {
    return StateBytes.read(
        "Kafka split", version, VERSION, bytes, KafkaPartitionSplitSerializer::read);
  }

  static void write(KafkaPartitionSplit value, BinaryWriter out) {
    out.writeString(value.topic());
    out.writeVarInt(value.partition());
    out.writeLong(value.position());
    out.writeLong(value.stoppingOffset());
  }

  static KafkaPartitionSplit read(BinaryReader in) {
    return new KafkaPartitionSplit(in.readString(), in.readVarInt(), in.readLong(), in.readLong());
  }
}
