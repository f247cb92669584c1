package io.millrace.connectors.kafka;

import io.millrace.core.sink.Committer;
import io.millrace.core.sink.Sink;
import io.millrace.core.sink.SinkContext;
import io.millrace.core.sink.SinkWriter;
import io.millrace.core.source.VersionedSerializer;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Writes to Kafka topics, exactly once if asked: with transactions that are committed when the
 * checkpoint after them has completed.
 *
 * <pre>{@code
 * KafkaSink<Result> sink = KafkaSink.<Result>builder()
 *     .setBootstrapServers("localhost:9092")
 *     .setRecordSerializer(KafkaRecordSerializationSchema.builder()
 *         .setTopic("results")
 *         .setValueSerializationSchema(new JsonSerializationSchema<Result>())
 *         .build())
 *     .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
 *     .setTransactionalIdPrefix("my-job-results")
 *     .build();
 * }</pre>
 */
public final class KafkaSink<T> implements Sink<T, KafkaCommittable> {
  private static final long serialVersionUID = 1L;

  private final KafkaSinkSettings settings;
  private final KafkaRecordSerializationSchema<T> serializer;

  /** The producers that a subtask's writer and committer share. */
  private transient Map<Subtask, Shared> pools;

  private record Subtask(int index, int attempt) {}

  private static final class Shared {
    private final TransactionPool pool;
    private int users;

    Shared(TransactionPool pool) {
      this.pool = pool;
    }
  }

  KafkaSink(KafkaSinkSettings settings, KafkaRecordSerializationSchema<T> serializer) {
    this.settings = settings;
    this.serializer = serializer;
    this.pools = new HashMap<>();
  }

  public static <T> KafkaSinkBuilder<T> builder() {
    return new KafkaSinkBuilder<>();
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    pools = new HashMap<>();
  }

  @Override
  public SinkWriter<T, KafkaCommittable> createWriter(
      SinkContext context, List<KafkaCommittable> recovered) throws IOException {
    try {
      serializer.open();
    } catch (Exception e) {
      throw new IOException("The serializer of a Kafka sink can't be opened", e);
    }
    if (!isTransactional()) {
      return new KafkaPlainWriter<>(settings, serializer, context);
    }
    return new KafkaTransactionalWriter<>(
        settings, serializer, context, recovered, use(context), () -> release(context));
  }

  @Override
  public Committer<KafkaCommittable> createCommitter(SinkContext context) {
    return isTransactional()
        ? new KafkaCommitter(settings, context, use(context), () -> release(context))
        : new NothingToCommit();
  }

  private synchronized TransactionPool use(SinkContext context) {
    Shared shared =
        pools.computeIfAbsent(
            subtask(context),
            s ->
                new Shared(
                    new TransactionPool(
                        settings,
                        new ReflectiveTransactionResumer(),
                        new TransactionPool.Owner(context.jobName(), context.subtaskIndex()))));
    shared.users++;
    return shared.pool;
  }

  private void release(SinkContext context) {
    Optional<TransactionPool> unused = Optional.empty();
    synchronized (this) {
      Shared shared = pools.get(subtask(context));
      if (--shared.users == 0) {
        pools.remove(subtask(context));
        unused = Optional.of(shared.pool);
      }
    }
    unused.ifPresent(TransactionPool::close);
  }

  private static Subtask subtask(SinkContext context) {
    return new Subtask(context.subtaskIndex(), context.attemptNumber());
  }

  @Override
  public VersionedSerializer<KafkaCommittable> committableSerializer() {
    return new KafkaCommittableSerializer();
  }

  @Override
  public boolean isTransactional() {
    return settings.guarantee() == DeliveryGuarantee.EXACTLY_ONCE;
  }

  /** Checks that the cluster answers, that a fixed topic exists and what the broker allows. */
  @Override
  public void validate() throws Exception {
    try (SinkPreflight preflight = new SinkPreflight(settings.connection())) {
      if (serializer.fixedTopic().isPresent()) {
        preflight.requireTopic(serializer.fixedTopic().get());
      }
      if (isTransactional()) {
        TransactionTimeout.choose(
            settings.wantedTransactionTimeout(),
            preflight.transactionLimit(),
            Optional.empty(),
            Duration.ZERO);
      }
    }
  }

  private static final class NothingToCommit implements Committer<KafkaCommittable> {
    @Override
    public CompletionStage<Void> commit(List<KafkaCommittable> committables) {
      if (!committables.isEmpty()) {
        // From a checkpoint of a job whose sink was exactly-once.
        return CompletableFuture.failedFuture(
            new KafkaConnectorException(
                "The restored checkpoint holds Kafka transactions "
                    + committables
                    + ", but the sink is not exactly-once any more: start it once with"
                    + " DeliveryGuarantee.EXACTLY_ONCE, so that they are committed"));
      }
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {}
  }
}
