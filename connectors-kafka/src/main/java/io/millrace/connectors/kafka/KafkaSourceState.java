package io.millrace.connectors.kafka;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/**
 * What the enumerator knows at a checkpoint: sets of partitions, never a high-water mark (invariant
 * S7). The progress of assigned partitions is in their readers' state and only there (S1).
 *
 * @param assigned partitions that some reader has
 * @param unassigned splits that no reader has yet
 * @param initialDiscoveryFinished whether partitions found from now on are new ones, read from
 *     their beginning
 */
public record KafkaSourceState(
    SortedSet<TopicPartition> assigned,
    List<KafkaPartitionSplit> unassigned,
    boolean initialDiscoveryFinished) {
  static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

  public KafkaSourceState {
    SortedSet<TopicPartition> sorted = new TreeSet<>(ORDER);
    sorted.addAll(assigned);
    assigned = Collections.unmodifiableSortedSet(sorted);
    unassigned = List.copyOf(unassigned);
  }

  static KafkaSourceState empty() {
    return new KafkaSourceState(new TreeSet<>(ORDER), List.of(), false);
  }

  static KafkaSourceState of(
      Set<TopicPartition> assigned, Iterable<KafkaPartitionSplit> unassigned, boolean finished) {
    SortedSet<TopicPartition> sorted = new TreeSet<>(ORDER);
    sorted.addAll(assigned);
    List<KafkaPartitionSplit> splits = new ArrayList<>();
    unassigned.forEach(splits::add);
    return new KafkaSourceState(sorted, splits, finished);
  }
}
