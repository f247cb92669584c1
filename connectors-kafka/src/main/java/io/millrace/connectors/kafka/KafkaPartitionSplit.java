package io.millrace.connectors.kafka;

import io.millrace.core.source.SourceSplit;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;

/**
 * One partition with its progress.
 *
 * @param position the offset of the next record to read; always a number, resolved once by the
 *     enumerator, so that every restart begins at the same one
 * @param stoppingOffset the first offset not to read, or {@link #NO_STOP}
 */
public record KafkaPartitionSplit(String topic, int partition, long position, long stoppingOffset)
    implements SourceSplit {
  public static final long NO_STOP = Long.MAX_VALUE;

  public KafkaPartitionSplit {
    Objects.requireNonNull(topic, "topic");
    if (partition < 0 || position < 0 || stoppingOffset < 0) {
      throw new IllegalArgumentException(
          "Not a split: "
              + topic
              + "-"
              + partition
              + " from "
              + position
              + " to "
              + stoppingOffset);
    }
  }

  static String splitId(TopicPartition partition) {
    return partition.topic() + "-" + partition.partition();
  }

  @Override
  public String splitId() {
    return splitId(topicPartition());
  }

  public TopicPartition topicPartition() {
    return new TopicPartition(topic, partition);
  }
}
