package io.millrace.connectors.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds the partitions of the source's topics and turns them into splits. Every call blocks, for
 * {@link KafkaConnection#reachTimeout} at most, and belongs on an I/O thread.
 */
final class PartitionDiscovery implements AutoCloseable {
  private final KafkaSourceSettings settings;
  private final KafkaConnection connection;
  private Optional<Admin> admin = Optional.empty();
  private boolean closed;

  PartitionDiscovery(KafkaSourceSettings settings) {
    this.settings = settings;
    this.connection = settings.connection();
  }

  /**
   * Splits for partitions that are not among {@code known}.
   *
   * @param initial whether the starting offsets apply; else a partition is a new one and is read
   *     from its beginning, for nothing of it can have been read
   */
  List<KafkaPartitionSplit> discover(Set<TopicPartition> known, boolean initial) throws Exception {
    Set<TopicPartition> fresh = new TreeSet<>(KafkaSourceState.ORDER);
    fresh.addAll(partitions());
    fresh.removeAll(known);
    if (fresh.isEmpty()) {
      return List.of();
    }
    Lookup lookup = new Lookup();
    OffsetsInitializer starting = initial ? settings.starting() : OffsetsInitializer.earliest();
    Map<TopicPartition, Long> starts = starting.resolve(fresh, lookup);
    Map<TopicPartition, Long> stops =
        settings.stopping().map(s -> s.resolve(fresh, lookup)).orElse(Map.of());
    List<KafkaPartitionSplit> splits = new ArrayList<>();
    for (TopicPartition partition : fresh) {
      splits.add(
          new KafkaPartitionSplit(
              partition.topic(),
              partition.partition(),
              starts.get(partition),
              stops.getOrDefault(partition, KafkaPartitionSplit.NO_STOP)));
    }
    return splits;
  }

  private Set<TopicPartition> partitions() throws InterruptedException {
    Collection<String> existing =
        connection.await("list the topics of", admin().listTopics().names());
    Set<String> missing = new TreeSet<>(settings.topics());
    missing.removeAll(existing);
    if (!missing.isEmpty()) {
      throw connection.missingTopics(missing, existing, "Source");
    }
    Map<String, TopicDescription> topics =
        connection.await(
            "describe topics of", admin().describeTopics(settings.topics()).allTopicNames());
    Set<TopicPartition> partitions = new HashSet<>();
    topics.forEach(
        (name, description) ->
            description
                .partitions()
                .forEach(p -> partitions.add(new TopicPartition(name, p.partition()))));
    return partitions;
  }

  private synchronized Admin admin() {
    if (closed) {
      throw new IllegalStateException("The source's enumerator is closed");
    }
    if (admin.isEmpty()) {
      admin = Optional.of(connection.admin());
    }
    return admin.get();
  }

  @Override
  public synchronized void close() {
    closed = true;
    admin.ifPresent(a -> a.close(Duration.ZERO));
    admin = Optional.empty();
  }

  private final class Lookup implements OffsetsInitializer.OffsetLookup {
    @Override
    public Map<TopicPartition, Long> earliest(Set<TopicPartition> partitions) {
      return list(partitions, p -> OffsetSpec.earliest());
    }

    @Override
    public Map<TopicPartition, Long> latest(Set<TopicPartition> partitions) {
      return list(partitions, p -> OffsetSpec.latest());
    }

    @Override
    public Map<TopicPartition, Long> atTimestamp(Set<TopicPartition> partitions, long epochMillis) {
      Map<TopicPartition, Long> found = list(partitions, p -> OffsetSpec.forTimestamp(epochMillis));
      found.values().removeIf(offset -> offset < 0);
      return found;
    }

    @Override
    public Map<TopicPartition, Long> committed(Set<TopicPartition> partitions) {
      String group = settings.groupId().orElseThrow();
      Map<TopicPartition, Long> found = new HashMap<>();
      wait(
              "read the committed offsets of group '" + group + "' from",
              admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
          .forEach((TopicPartition p, OffsetAndMetadata o) -> found.put(p, offset(o)));
      found.keySet().retainAll(partitions);
      found.values().removeIf(offset -> offset < 0);
      return found;
    }

    private long offset(OffsetAndMetadata committed) {
      return committed == null ? -1 : committed.offset();
    }

    private Map<TopicPartition, Long> list(
        Set<TopicPartition> partitions, Function<TopicPartition, OffsetSpec> spec) {
      Map<TopicPartition, OffsetSpec> query = new HashMap<>();
      partitions.forEach(p -> query.put(p, spec.apply(p)));
      // The same isolation as the consumer's: a stop behind an open transaction would be waited
      // for until that transaction ends.
      IsolationLevel isolation =
          settings.readCommitted()
              ? IsolationLevel.READ_COMMITTED
              : IsolationLevel.READ_UNCOMMITTED;
      Map<TopicPartition, Long> offsets = new HashMap<>();
      wait(
              "list the offsets of",
              admin().listOffsets(query, new ListOffsetsOptions(isolation)).all())
          .forEach((partition, info) -> offsets.put(partition, info.offset()));
      return offsets;
    }

    private <T> T wait(String purpose, KafkaFuture<T> answer) {
      try {
        return connection.await(purpose, answer);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new KafkaConnectorException("Interrupted when asked to " + purpose + " Kafka", e);
      }
    }
  }
}
