package io.millrace.connectors.kafka;

import io.millrace.core.source.Boundedness;
import io.millrace.core.source.Source;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.TypeInformation;

/**
 * Reads Kafka topics, exactly once: offsets are part of checkpoints, and what is committed to Kafka
 * is for monitoring only (invariant S6).
 *
 * <pre>{@code
 * KafkaSource<Bid> bids = KafkaSource.<Bid>builder()
 *     .setBootstrapServers("localhost:9092")
 *     .setTopics("bids")
 *     .setStartingOffsets(OffsetsInitializer.earliest())
 *     .setValueOnlyDeserializer(new JsonDeserializationSchema<>(Bid.class))
 *     .build();
 * }</pre>
 */
public final class KafkaSource<T> implements Source<T, KafkaPartitionSplit, KafkaSourceState> {
  private static final long serialVersionUID = 1L;

  private final KafkaSourceSettings settings;
  private final KafkaRecordDeserializationSchema<T> deserializer;

  KafkaSource(KafkaSourceSettings settings, KafkaRecordDeserializationSchema<T> deserializer) {
    this.settings = settings;
    this.deserializer = deserializer;
  }

  public static <T> KafkaSourceBuilder<T> builder() {
    return new KafkaSourceBuilder<>();
  }

  @Override
  public Boundedness boundedness() {
    return settings.boundedness();
  }

  @Override
  public TypeInformation<T> producedType() {
    return deserializer.producedType();
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return restoreEnumerator(context, KafkaSourceState.empty());
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceState state) {
    return new KafkaSourceEnumerator(settings, context, state);
  }

  @Override
  public SourceReader<T, KafkaPartitionSplit> createReader(SourceReaderContext context) {
    return new KafkaSourceReader<>(settings, deserializer, context);
  }

  @Override
  public VersionedSerializer<KafkaPartitionSplit> splitSerializer() {
    return new KafkaPartitionSplitSerializer();
  }

  @Override
  public VersionedSerializer<KafkaSourceState> enumeratorStateSerializer() {
    return new KafkaSourceStateSerializer();
  }
}
