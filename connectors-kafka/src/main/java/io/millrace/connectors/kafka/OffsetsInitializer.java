package io.millrace.connectors.kafka;

import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Where reading a partition starts or stops. Resolved to numbers once, by the enumerator, when it
 * first sees the partition.
 */
public abstract class OffsetsInitializer implements Serializable {
  private static final long serialVersionUID = 1L;

  private OffsetsInitializer() {}

  /** The oldest record that there is. */
  public static OffsetsInitializer earliest() {
    return new Earliest();
  }

  /** The end as it is when the source starts; under read_committed the end of what is committed. */
  public static OffsetsInitializer latest() {
    return new Latest();
  }

  /** The first record with this timestamp or a later one; the end if there is none. */
  public static OffsetsInitializer timestamp(Instant timestamp) {
    return new Timestamp(timestamp.toEpochMilli());
  }

  /**
   * As {@link #timestamp(Instant)}.
   *
   * @param epochMillis milliseconds since 1970-01-01T00:00Z
   */
  public static OffsetsInitializer timestamp(long epochMillis) {
    return new Timestamp(epochMillis);
  }

  /** What the consumer group has committed; an error for a partition where it has nothing. */
  public static OffsetsInitializer committedOffsets() {
    return new Committed(new Refused("the consumer group has committed no offset for"));
  }

  /** What the consumer group has committed, else what {@code fallback} says. */
  public static OffsetsInitializer committedOffsets(OffsetsInitializer fallback) {
    return new Committed(fallback);
  }

  /** These offsets; an error for a partition that is not among them. */
  public static OffsetsInitializer offsets(Map<TopicPartition, Long> offsets) {
    return new Given(offsets, new Refused("no offset was given for"));
  }

  /** These offsets, else what {@code fallback} says. */
  public static OffsetsInitializer offsets(
      Map<TopicPartition, Long> offsets, OffsetsInitializer fallback) {
    return new Given(offsets, fallback);
  }

  /** An offset for each partition. Blocks; on an I/O thread. */
  abstract Map<TopicPartition, Long> resolve(Set<TopicPartition> partitions, OffsetLookup lookup);

  /** Whether a consumer group must be named. */
  boolean needsGroup() {
    return false;
  }

  /** The broker's answers about offsets. */
  interface OffsetLookup {
    Map<TopicPartition, Long> earliest(Set<TopicPartition> partitions);

    Map<TopicPartition, Long> latest(Set<TopicPartition> partitions);

    /** Without partitions that have no record so late. */
    Map<TopicPartition, Long> atTimestamp(Set<TopicPartition> partitions, long epochMillis);

    /** Without partitions for which nothing has been committed. */
    Map<TopicPartition, Long> committed(Set<TopicPartition> partitions);
  }

  private static Map<TopicPartition, Long> completed(
      Map<TopicPartition, Long> known,
      Set<TopicPartition> partitions,
      OffsetsInitializer fallback,
      OffsetLookup lookup) {
    Map<TopicPartition, Long> result = new HashMap<>();
    Set<TopicPartition> missing = new HashSet<>();
    for (TopicPartition partition : partitions) {
      Long offset = known.get(partition);
      if (offset != null) {
        result.put(partition, offset);
      } else {
        missing.add(partition);
      }
    }
    if (!missing.isEmpty()) {
      result.putAll(fallback.resolve(missing, lookup));
    }
    return result;
  }

  private static final class Earliest extends OffsetsInitializer {
    private static final long serialVersionUID = 1L;

    @Override
    Map<TopicPartition, Long> resolve(Set<TopicPartition> partitions, OffsetLookup lookup) {
      return lookup.earliest(partitions);
    }
  }

  private static final class Latest extends OffsetsInitializer {
    private static final long serialVersionUID = 1L;

    @Override
    Map<TopicPartition, Long> resolve(Set<TopicPartition> partitions, OffsetLookup lookup) {
      return lookup.latest(partitions);
    }
  }

  private static final class Timestamp extends OffsetsInitializer {
    private static final long serialVersionUID = 1L;
    private final long epochMillis;

    Timestamp(long epochMillis) {
      this.epochMillis = epochMillis;
    }

    @Override
    Map<TopicPartition, Long> resolve(Set<TopicPartition> partitions, OffsetLookup lookup) {
      return completed(
          lookup.atTimestamp(partitions, epochMillis), partitions, new Latest(), lookup);
    }
  }

  private static final class Committed extends OffsetsInitializer {
    private static final long serialVersionUID = 1L;
    private final OffsetsInitializer fallback;

    Committed(OffsetsInitializer fallback) {
      this.fallback = fallback;
    }

    @Override
    boolean needsGroup() {
      return true;
    }

    @Override
    Map<TopicPartition, Long> resolve(Set<TopicPartition> partitions, OffsetLookup lookup) {
      return completed(lookup.committed(partitions), partitions, fallback, lookup);
    }
  }

  private static final class Given extends OffsetsInitializer {
    private static final long serialVersionUID = 1L;
    private final HashMap<TopicPartition, Long> offsets;
    private final OffsetsInitializer fallback;

    Given(Map<TopicPartition, Long> offsets, OffsetsInitializer fallback) {
      this.offsets = new HashMap<>(offsets);
      this.fallback = fallback;
      offsets.forEach(
          (partition, offset) -> {
            if (offset < 0) {
              throw new IllegalArgumentException(
                  "Offset " + offset + " for " + partition + ": offsets are not negative");
            }
          });
    }

    @Override
    boolean needsGroup() {
      return fallback.needsGroup();
    }

    @Override
    Map<TopicPartition, Long> resolve(Set<TopicPartition> partitions, OffsetLookup lookup) {
      return completed(offsets, partitions, fallback, lookup);
    }
  }

  private static final class Refused extends OffsetsInitializer {
    private static final long serialVersionUID = 1L;
    private final String reason;

    Refused(String reason) {
      this.reason = reason;
    }

    @Override
    Map<TopicPartition, Long> resolve(Set<TopicPartition> partitions, OffsetLookup lookup) {
      List<TopicPartition> sorted = new ArrayList<>(partitions);
      sorted.sort(Comparator.comparing(TopicPartition::toString));
      throw new KafkaConnectorException(
          "Can't tell where to start: "
              + reason
              + " "
              + sorted
              + ". Give a fallback, such as OffsetsInitializer.earliest()");
    }
  }
}
