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
 *
 * <p>Transactional ids are {@code prefix-job-attempt-subtask-number}. A job that starts, again or
 * for the first time, ends what earlier attempts of it and other jobs with this prefix have left
 * open, and never what a later attempt of it writes: a TaskManager that was paused and goes on late
 * can't disturb its successor. It may itself open a transaction then, which is never committed, and
 * makes read_committed readers wait until it is aborted: by that TaskManager when it hears that it
 * has been replaced, by the job's next start, or by the broker after {@code
 * transaction.timeout.ms}.
 *
 * <p>Records are written with their event timestamp, unless they have none. A topic's time-based
 * retention ({@code retention.ms}, 7 days by default) goes by it: results of old events, as when
 * history is replayed, are deleted at the broker's next retention check, however new the records
 * are. For such results create the topic with {@code retention.ms=-1}, or with {@code
 * message.timestamp.type=LogAppendTime} to have the broker set the time of writing.
 */
public final class KafkaSink<T> implements Sink<T, KafkaCommittable> {
  private static final long serialVersionUID = 1L;

  private final KafkaSinkSettings settings;
  private final KafkaRecordSerializationSchema<T> serializer;

  /** The producers that a subtask's writer and committer share. */
  private transient Map<TransactionPool.Owner, Shared> pools;

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
            TransactionPool.Owner.of(context),
            owner ->
                new Shared(
                    new TransactionPool(settings, new ReflectiveTransactionResumer(), owner)));
    shared.users++;
    return shared.pool;
  }

  private void release(SinkContext context) {
    Optional<TransactionPool> unused = Optional.empty();
    TransactionPool.Owner owner = TransactionPool.Owner.of(context);
    synchronized (this) {
      Shared shared = pools.get(owner);
      if (--shared.users == 0) {
        pools.remove(owner);
        unused = Optional.of(shared.pool);
      }
    }
    unused.ifPresent(TransactionPool::close);
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
