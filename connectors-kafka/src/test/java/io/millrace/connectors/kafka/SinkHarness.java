package io.millrace.connectors.kafka;

import io.millrace.core.format.SimpleStringSchema;
import io.millrace.core.function.RuntimeContext.Counter;
import io.millrace.core.sink.Committer;
import io.millrace.core.sink.SinkContext;
import io.millrace.core.sink.SinkWriter;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.time.TimestampAssigner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;

/** One subtask of a sink, driven by the SPI alone as the engine does it. */
final class SinkHarness implements AutoCloseable {
  static final String JOB = "00000000000000a1";
  private static final AtomicInteger ATTEMPTS = new AtomicInteger();

  final SinkWriter<String, KafkaCommittable> writer;
  final Committer<KafkaCommittable> committer;
  final Context context;
  private final VersionedSerializer<KafkaCommittable> serializer;

  SinkHarness(KafkaSink<String> sink, Context context, List<KafkaCommittable> recovered)
      throws Exception {
    this.context = context;
    this.serializer = sink.committableSerializer();
    committer = sink.createCommitter(context);
    List<KafkaCommittable> owned = new ArrayList<>();
    for (int i = context.subtask; i < recovered.size(); i += context.parallelism) {
      owned.add(recovered.get(i));
    }
    await(committer.commit(owned));
    writer = sink.createWriter(context, recovered);
  }

  static SinkHarness fresh(KafkaSink<String> sink) throws Exception {
    return new SinkHarness(sink, new Context(0, 1), List.of());
  }

  static KafkaSinkBuilder<String> exactlyOnce(String bootstrap, String topic, String prefix) {
    return KafkaSink.<String>builder()
        .setBootstrapServers(bootstrap)
        .setRecordSerializer(
            KafkaRecordSerializationSchema.builder()
                .setTopic(topic)
                .setValueSerializationSchema(new SimpleStringSchema())
                .build())
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(prefix);
  }

  SinkHarness awaitRoom() {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(20))
        .until(() -> writer.hasRoom() || context.failure.get() != null);
    context.throwFailure();
    return this;
  }

  SinkHarness write(String... values) throws Exception {
    for (String value : values) {
      writer.write(value, TimestampAssigner.NO_TIMESTAMP);
    }
    return this;
  }

  /** As the checkpoint has them: through bytes. */
  List<KafkaCommittable> prepare(long checkpoint) throws Exception {
    List<KafkaCommittable> restored = new ArrayList<>();
    for (KafkaCommittable committable : await(writer.prepareCommit(checkpoint))) {
      restored.add(serializer.deserialize(serializer.version(), serializer.serialize(committable)));
    }
    return restored;
  }

  void commit(List<KafkaCommittable> committables) throws Exception {
    await(committer.commit(committables));
  }

  /** One checkpoint from barrier to commit. */
  void checkpoint(long id) throws Exception {
    commit(prepare(id));
  }

  static <T> T await(CompletionStage<T> stage) throws Exception {
    CompletableFuture<T> future = stage.toCompletableFuture();
    return future.get(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    writer.close();
    committer.close();
  }

  /** What the sink sees of its subtask. */
  static final class Context implements SinkContext {
    final int subtask;
    final int parallelism;
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    final AtomicLong wakeUps = new AtomicLong();
    final Map<String, AtomicLong> counters = new ConcurrentHashMap<>();
    Optional<Duration> interval = Optional.of(Duration.ofSeconds(1));
    Duration timeout = Duration.ofSeconds(60);
    String jobId = JOB;
    final int attempt;

    /** Of a later attempt than every one before it. */
    Context(int subtask, int parallelism) {
      this(subtask, parallelism, ATTEMPTS.incrementAndGet());
    }

    Context(int subtask, int parallelism, int attempt) {
      this.attempt = attempt;
      this.subtask = subtask;
      this.parallelism = parallelism;
    }

    void throwFailure() {
      if (failure.get() != null) {
        throw new IllegalStateException(failure.get().getMessage(), failure.get());
      }
    }

    @Override
    public String jobId() {
      return jobId;
    }

    @Override
    public String jobName() {
      return "test job";
    }

    @Override
    public int subtaskIndex() {
      return subtask;
    }

    @Override
    public int parallelism() {
      return parallelism;
    }

    @Override
    public int attemptNumber() {
      return attempt;
    }

    @Override
    public ClassLoader userCodeClassLoader() {
      return getClass().getClassLoader();
    }

    @Override
    public Optional<Duration> checkpointInterval() {
      return interval;
    }

    @Override
    public Duration checkpointTimeout() {
      return timeout;
    }

    @Override
    public void wakeUp() {
      wakeUps.incrementAndGet();
    }

    @Override
    public void fail(Throwable cause) {
      failure.compareAndSet(null, cause);
    }

    @Override
    public Counter counter(String name) {
      return new SourceHarness.TestCounter(counters.computeIfAbsent(name, n -> new AtomicLong()));
    }
  }
}
