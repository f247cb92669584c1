package io.millrace.connectors.kafka;

import io.millrace.core.sink.Committer;
import io.millrace.core.sink.SinkContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.UnknownProducerIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits prepared transactions on threads of its own: with the producer that prepared them if it
 * is in this process, else by taking them up by producer id and epoch (K6). Retries what may pass,
 * and asks the broker before it calls a transaction lost (K7).
 */
final class KafkaCommitter implements Committer<KafkaCommittable> {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaCommitter.class);
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

  private final KafkaSinkSettings settings;
  private final SinkContext context;
  private final TransactionPool pool;
  private final Runnable release;
  private final BlockingCalls calls;
  private final Map<KafkaCommittable, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();

  KafkaCommitter(
      KafkaSinkSettings settings, SinkContext context, TransactionPool pool, Runnable release) {
    this.settings = settings;
    this.context = context;
    this.pool = pool;
    this.release = release;
    this.calls =
        new BlockingCalls("commit-" + context.subtaskIndex(), context.userCodeClassLoader());
  }

  @Override
  public CompletionStage<Void> commit(List<KafkaCommittable> committables) {
    List<CompletableFuture<Void>> commits = new ArrayList<>();
    long newest = Long.MIN_VALUE;
    for (KafkaCommittable committable : committables) {
      newest = Math.max(newest, committable.checkpointId());
      commits.add(commit(committable));
    }
    long checkpoint = newest;
    return CompletableFuture.allOf(commits.toArray(new CompletableFuture<?>[0]))
        .thenRun(() -> pool.completed(checkpoint));
  }

  /** A commit that comes again while it is under way joins it. */
  private CompletableFuture<Void> commit(KafkaCommittable committable) {
    CompletableFuture<Void> known = underWay.get(committable);
    if (known != null) {
      return known;
    }
    CompletableFuture<Void> commit =
        calls.run(
            () -> {
              commitNow(committable);
              return null;
            });
    underWay.put(committable, commit);
    commit.whenComplete((done, failure) -> underWay.remove(committable, commit));
    return commit;
  }

  private void commitNow(KafkaCommittable committable) throws InterruptedException {
    if (pool.isCommitted(committable)) {
      return;
    }
    Optional<ProducerChannel> live = pool.live(committable);
    if (live.isPresent()) {
      end(committable, live.get().producer());
      return;
    }
    // The timeout counts only where a transaction begins: this one has begun.
    ProducerChannel taken =
        new ProducerChannel(
            pool.config(committable.transactionalId(), Duration.ofMinutes(1)), new NoEvents());
    try {
      pool.resumer().resume(taken.producer(), committable);
      LOG.info("{} was prepared by a former attempt and is committed now", committable);
      end(committable, taken.producer());
    } finally {
      taken.closeNow();
    }
  }

  private static final class NoEvents implements ProducerChannel.Events {
    @Override
    public void room() {}

    @Override
    public void failed(Throwable cause) {}
  }

  private void end(KafkaCommittable committable, KafkaProducer<?, ?> producer)
      throws InterruptedException {
    Duration backoff = FIRST_BACKOFF;
    while (true) {
      try {
        // May be called again after a time-out: the client goes on with the same request.
        producer.commitTransaction();
        pool.committed(committable);
        return;
      } catch (InterruptException e) {
        throw e;
      } catch (KafkaException e) {
        if (isGone(e)) {
          decide(committable, e);
          return;
        }
        if (!(e instanceof RetriableException)) {
          throw settings.connection().unusable("commit transaction " + committable + " at", e);
        }
        LOG.warn("Committing {} is tried again in {}: {}", committable, backoff, e.getMessage());
        TimeUnit.MILLISECONDS.sleep(backoff.toMillis());
        Duration doubled = backoff.multipliedBy(2);
        backoff = doubled.compareTo(LONGEST_BACKOFF) < 0 ? doubled : LONGEST_BACKOFF;
      }
    }
  }

  /** Whether the broker doesn't have this transaction open any more. */
  private static boolean isGone(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof ProducerFencedException
          || t instanceof InvalidProducerEpochException
          || t instanceof InvalidTxnStateException
          || t instanceof InvalidPidMappingException
          || t instanceof UnknownProducerIdException
          || t instanceof TransactionAbortableException) {
        return true;
      }
    }
    return false;
  }

  /** A refused commit is harmless if an earlier one had come through. The broker knows. */
  private void decide(KafkaCommittable committable, KafkaException refusal)
      throws InterruptedException {
    String found;
    try (Admin admin = settings.connection().admin()) {
      TransactionDescription now =
          admin
              .describeTransactions(List.of(committable.transactionalId()))
              .description(committable.transactionalId())
              .get();
      if (now.producerId() == committable.producerId()
          && now.producerEpoch() == committable.epochAfterCommit()
          && (now.state() == TransactionState.COMPLETE_COMMIT
              || now.state() == TransactionState.PREPARE_COMMIT)) {
        LOG.info("{} was committed before", committable);
        pool.ended(committable);
        return;
      }
      found =
          "the broker shows state "
              + now.state()
              + " of producer "
              + now.producerId()
              + ", epoch "
              + now.producerEpoch();
    } catch (ExecutionException e) {
      found = "the broker doesn't tell its state: " + e.getCause().getMessage();
    }
    pool.ended(committable);
    String message =
        "A transaction of a completed checkpoint can't be committed, its records are lost: "
            + committable
            + "; "
            + found
            + ". Either it was open for longer than its transaction.timeout.ms and the broker has"
            + " aborted it, or another job or sink uses transactional id prefix '"
            + settings.transactionalIdPrefix()
            + "'";
    if (settings.lostTransactions() == LostTransactionPolicy.CONTINUE) {
      context.counter("kafka.transactions.lost").inc();
      LOG.error("{}. The job goes on, as set by onLostTransaction(CONTINUE)", message, refusal);
      return;
    }
    throw new KafkaConnectorException(
        message + ". To accept the loss and go on, set onLostTransaction(CONTINUE)", refusal);
  }

  @Override
  public void close() {
    if (calls.isClosed()) {
      return;
    }
    calls.close();
    release.run();
  }
}
