package io.millrace.connectors.kafka;

import io.millrace.core.format.DeserializationSchema;
import io.millrace.core.source.Boundedness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes {@link KafkaSource}s. Needed: bootstrap servers, topics and a deserializer. */
public final class KafkaSourceBuilder<T> {
  /** What the source decides itself; setting it otherwise would break its guarantees. */
  private static final Set<String> OURS =
      Set.of("bootstrap.servers", "enable.auto.commit", "key.deserializer", "value.deserializer");

  private String bootstrapServers = "";
  private List<String> topics = List.of();
  private Optional<String> groupId = Optional.empty();
  private OffsetsInitializer starting = OffsetsInitializer.earliest();
  private Optional<OffsetsInitializer> stopping = Optional.empty();
  private Boundedness boundedness = Boundedness.CONTINUOUS_UNBOUNDED;
  private Optional<KafkaRecordDeserializationSchema<T>> deserializer = Optional.empty();
  private Duration discoveryInterval = Duration.ofMinutes(1);
  private ErrorPolicy onError = ErrorPolicy.fail();
  private final TreeMap<String, String> properties = new TreeMap<>();

  KafkaSourceBuilder() {}

  /** {@code host:port}, several with commas. */
  public KafkaSourceBuilder<T> setBootstrapServers(String servers) {
    bootstrapServers = Objects.requireNonNull(servers, "servers");
    return this;
  }

  public KafkaSourceBuilder<T> setTopics(String... names) {
    return setTopics(List.of(names));
  }

  public KafkaSourceBuilder<T> setTopics(List<String> names) {
    topics = List.copyOf(new TreeSet<>(names));
    return this;
  }

  /**
   * The consumer group under whose name offsets are committed after each checkpoint, for
   * monitoring; partitions are not shared out by it.
   */
  public KafkaSourceBuilder<T> setGroupId(String id) {
    groupId = Optional.of(id);
    return this;
  }

  /** Where the first start begins; {@link OffsetsInitializer#earliest} by default. */
  public KafkaSourceBuilder<T> setStartingOffsets(OffsetsInitializer offsets) {
    starting = Objects.requireNonNull(offsets, "offsets");
    return this;
  }

  /** Makes the source bounded: it ends when every partition has been read up to here. */
  public KafkaSourceBuilder<T> setBounded(OffsetsInitializer stoppingOffsets) {
    stopping = Optional.of(stoppingOffsets);
    boundedness = Boundedness.BOUNDED;
    return this;
  }

  /** The source ends there, but the job runs as a streaming one. */
  public KafkaSourceBuilder<T> setUnbounded(OffsetsInitializer stoppingOffsets) {
    stopping = Optional.of(stoppingOffsets);
    boundedness = Boundedness.CONTINUOUS_UNBOUNDED;
    return this;
  }

  public KafkaSourceBuilder<T> setValueOnlyDeserializer(DeserializationSchema<T> schema) {
    return setDeserializer(KafkaRecordDeserializationSchema.valueOnly(schema));
  }

  public KafkaSourceBuilder<T> setDeserializer(KafkaRecordDeserializationSchema<T> schema) {
    deserializer = Optional.of(schema);
    return this;
  }

  /** A property of Kafka's consumer, such as {@code fetch.max.bytes} or one for security. */
  public KafkaSourceBuilder<T> setProperty(String name, String value) {
    if (OURS.contains(name)) {
      throw new IllegalArgumentException(
          "Property " + name + " is set by the source itself; use the builder's own methods");
    }
    if (name.equals("group.id")) {
      return setGroupId(value);
    }
    properties.put(name, value);
    return this;
  }

  public KafkaSourceBuilder<T> setProperties(Properties all) {
    all.stringPropertyNames().forEach(name -> setProperty(name, all.getProperty(name)));
    return this;
  }

  /**
   * How often new partitions are looked for, a minute by default; zero: never after the start. They
   * are read from their beginning. Sources that stop somewhere never look again.
   */
  public KafkaSourceBuilder<T> partitionDiscoveryInterval(Duration interval) {
    if (interval.isNegative()) {
      throw new IllegalArgumentException("A discovery interval of " + interval);
    }
    discoveryInterval = interval;
    return this;
  }

  /** What becomes of records that can't be deserialised; they fail the job by default. */
  public KafkaSourceBuilder<T> onError(ErrorPolicy policy) {
    onError = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * @throws IllegalStateException saying what has not been set
   */
  public KafkaSource<T> build() {
    List<String> missing = new ArrayList<>();
    if (bootstrapServers.isBlank()) {
      missing.add("setBootstrapServers");
    }
    if (topics.isEmpty()) {
      missing.add("setTopics");
    }
    if (deserializer.isEmpty()) {
      missing.add("setDeserializer or setValueOnlyDeserializer");
    }
    boolean groupNeeded =
        starting.needsGroup() || stopping.map(OffsetsInitializer::needsGroup).orElse(false);
    if (groupNeeded && groupId.isEmpty()) {
      missing.add("setGroupId (for committed offsets)");
    }
    if (!missing.isEmpty()) {
      throw new IllegalStateException("A Kafka source needs " + String.join(", ", missing));
    }
    return new KafkaSource<>(
        new KafkaSourceSettings(
            new KafkaConnection(bootstrapServers, new TreeMap<>(properties)),
            topics,
            groupId.map(List::of).orElse(List.of()),
            starting,
            stopping.map(List::of).orElse(List.of()),
            boundedness,
            new KafkaSourceSettings.Policies(discoveryInterval, onError)),
        deserializer.get());
  }
}
