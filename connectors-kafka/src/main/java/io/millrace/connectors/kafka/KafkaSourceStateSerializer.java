package io.millrace.connectors.kafka;

import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/** Bytes of the enumerator's state in checkpoints. */
final class KafkaSourceStateSerializer implements VersionedSerializer<KafkaSourceState> {
  private static final int VERSION = 1;

  @Override
  public int version() {
    return VERSION;
  }

  @Override
  public byte[] serialize(KafkaSourceState value) {
    BinaryWriter out = new BinaryWriter();
    out.writeBoolean(value.initialDiscoveryFinished());
    out.writeVarInt(value.assigned().size());
    for (TopicPartition partition : value.assigned()) {
      out.writeString(partition.topic());
      out.writeVarInt(partition.partition());
    }
    out.writeVarInt(value.unassigned().size());
    for (KafkaPartitionSplit split : value.unassigned()) {
      KafkaPartitionSplitSerializer.write(split, out);
    }
    return out.toByteArray();
  }

  @Override
  public KafkaSourceState deserialize(int version, byte[] bytes) throws IOException {
    return StateBytes.read(
        "Kafka source state", version, VERSION, bytes, KafkaSourceStateSerializer::read);
  }

  private static KafkaSourceState read(BinaryReader in) {
    boolean finished = in.readBoolean();
    SortedSet<TopicPartition> assigned = new TreeSet<>(KafkaSourceState.ORDER);
    for (int n = in.readSize(2); n > 0; n--) {
      assigned.add(new TopicPartition(in.readString(), in.readVarInt()));
    }
    List<KafkaPartitionSplit> unassigned = new ArrayList<>();
    for (int n = in.readSize(18); n > 0; n--) {
      unassigned.add(KafkaPartitionSplitSerializer.read(in));
    }
    return new KafkaSourceState(assigned, unassigned, finished);
  }
}
