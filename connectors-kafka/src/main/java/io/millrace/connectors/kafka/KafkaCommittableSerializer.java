package io.millrace.connectors.kafka;

import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.BinaryWriter;
import java.io.IOException;

/** Bytes of committables in checkpoints. */
final class KafkaCommittableSerializer implements VersionedSerializer<KafkaCommittable> {
  private static final int VERSION = 1;

  @Override
  public int version() {
    return VERSION;
  }

  @Override
  public byte[] serialize(KafkaCommittable value) {
    BinaryWriter out = new BinaryWriter(64);
    out.writeString(value.transactionalId());
    out.writeLong(value.producerId());
    out.writeShort(value.epoch());
    out.writeBoolean(value.endBumpsEpoch());
    out.writeLong(value.checkpointId());
    return out.toByteArray();
  }

  @Override
  public KafkaCommittable deserialize(int version, byte[] bytes) throws IOException {
    return StateBytes.read(
        "Kafka committable",
        version,
        VERSION,
        bytes,
        in ->
            new KafkaCommittable(
                in.readString(), in.readLong(), in.readShort(), in.readBoolean(), in.readLong()));
  }
}
