package io.millrace.connectors.kafka;

import io.millrace.core.source.Boundedness;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What a {@link KafkaSourceBuilder} was told, apart from the record type. Optionals are not
 * serializable, so what may be absent is kept as a list of at most one.
 */
record KafkaSourceSettings(
    KafkaConnection connection,
    List<String> topics,
    List<String> group,
    OffsetsInitializer starting,
    List<OffsetsInitializer> stop,
    Boundedness boundedness,
    Policies policies)
    implements Serializable {

  /**
   * How reading goes on.
   *
   * @param discoveryInterval how often new partitions are looked for; zero: never again
   * @param onError what becomes of poison records
   */
  record Policies(Duration discoveryInterval, ErrorPolicy onError) implements Serializable {}

  Optional<String> groupId() {
    return group.stream().findFirst();
  }

  Optional<OffsetsInitializer> stopping() {
    return stop.stream().findFirst();
  }

  boolean readCommitted() {
    return !"read_uncommitted"
        .equalsIgnoreCase(connection.properties().getOrDefault("isolation.level", ""));
  }

  /** Whether partitions that appear later are read: not if all must stop somewhere. */
  boolean discoversPeriodically() {
    return stop.isEmpty() && !policies.discoveryInterval().isZero();
  }

  Properties consumer(String clientId) {
    TreeMap<String, String> defaults = new TreeMap<>();
    defaults.put("isolation.level", "read_committed");
    // A poll is the unit of hand-over between threads.
    defaults.put("max.poll.records", "2000");
    defaults.put("client.id", clientId);
    // A position that the broker no longer has is data loss: told, not jumped over.
    defaults.put("auto.offset.reset", "none");
    groupId().ifPresent(group -> defaults.put("group.id", group));
    TreeMap<String, String> forced = new TreeMap<>();
    forced.put("enable.auto.commit", "false");
    return connection.client(defaults, forced);
  }
}
