package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.source.VersionedSerializer;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class KafkaStateSerializersTest {
  private static final KafkaPartitionSplit SPLIT = new KafkaPartitionSplit("topic", 3, 42, 99);
  private static final KafkaSourceState STATE =
      KafkaSourceState.of(
          Set.of(new TopicPartition("b", 1), new TopicPartition("a", 0)), List.of(SPLIT), true);
  private static final KafkaCommittable COMMITTABLE =
      new KafkaCommittable("prefix-0-1", 4711, (short) 12, true, 77);

  @Test
  void valuesGoThereAndBack() throws Exception {
    check(new KafkaPartitionSplitSerializer(), SPLIT);
    check(
        new KafkaPartitionSplitSerializer(),
        new KafkaPartitionSplit("t", 0, 0, KafkaPartitionSplit.NO_STOP));
    check(new KafkaSourceStateSerializer(), STATE);
    check(new KafkaSourceStateSerializer(), KafkaSourceState.empty());
    check(new KafkaCommittableSerializer(), COMMITTABLE);
  }

  @Test
  void anUnknownVersionIsRefusedByName() {
    assertThatThrownBy(() -> new KafkaPartitionSplitSerializer().deserialize(9, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 9");
  }

  @Test
  void corruptBytesAreAlwaysAnIoException() throws Exception {
    fuzz(new KafkaPartitionSplitSerializer(), SPLIT);
    fuzz(new KafkaSourceStateSerializer(), STATE);
    fuzz(new KafkaCommittableSerializer(), COMMITTABLE);
  }

  private static <T> void check(VersionedSerializer<T> serializer, T value) throws IOException {
    assertThat(serializer.deserialize(serializer.version(), serializer.serialize(value)))
        .isEqualTo(value);
  }

  private static <T> void fuzz(VersionedSerializer<T> serializer, T value) throws IOException {
    byte[] bytes = serializer.serialize(value);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> serializer.deserialize(serializer.version(), cut))
          .isInstanceOf(IOException.class);
    }
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      try {
        serializer.deserialize(serializer.version(), changed);
      } catch (IOException e) {
        // That, or another value: nothing else.
        assertThat(e).hasMessageContaining("corrupt");
      }
    }
  }
}
