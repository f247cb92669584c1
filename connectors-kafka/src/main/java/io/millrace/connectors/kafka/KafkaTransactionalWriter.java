package io.millrace.connectors.kafka;

import io.millrace.core.sink.SinkContext;
import io.millrace.core.sink.SinkWriter;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes exactly once: the records between two barriers are one transaction. At a barrier the
 * writer goes on with another producer at once (BA12), while a thread flushes the old one and names
 * its transaction. Where nothing was written there is no transaction, and the broker hears nothing.
 */
final class KafkaTransactionalWriter<T> implements SinkWriter<T, KafkaCommittable> {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaTransactionalWriter.class);
  private static final Duration ABORT_PATIENCE = Duration.ofSeconds(5);

  private final KafkaSinkSettings settings;
  private final KafkaRecordSerializationSchema<T> serializer;
  private final SinkContext context;
  private final TransactionPool pool;
  private final Runnable release;
  private final BlockingCalls calls;
  private final ProducerChannel.Events events;
  private final Set<Sealed> sealing = ConcurrentHashMap.newKeySet();
  private Outbox current;
  private volatile boolean closed;

  /**
   * @param recovered what the restored checkpoint holds, of all subtasks
   * @param release gives the pool back when the writer is closed
   */
  KafkaTransactionalWriter(
      KafkaSinkSettings settings,
      KafkaRecordSerializationSchema<T> serializer,
      SinkContext context,
      List<KafkaCommittable> recovered,
      TransactionPool pool,
      Runnable release) {
    this.settings = settings;
    this.serializer = serializer;
    this.context = context;
    this.pool = pool;
    this.release = release;
    this.calls = new BlockingCalls("sink-" + context.subtaskIndex(), context.userCodeClassLoader());
    this.events = new ContextEvents();
    Set<String> recoveredIds = new HashSet<>();
    recovered.forEach(committable -> recoveredIds.add(committable.transactionalId()));
    pool.serve(calls, events, serializer.fixedTopic(), recoveredIds);
    current = nextOutbox();
    calls
        .run(() -> preflight(recoveredIds))
        .whenComplete(
            (timeout, failure) -> {
              if (failure == null) {
                pool.open(timeout);
              } else {
                pool.fail(failure);
              }
            });
  }

  private final class ContextEvents implements ProducerChannel.Events {
    @Override
    public void room() {
      context.wakeUp();
    }

    @Override
    public void failed(Throwable cause) {
      // Closing makes what is under way fail; that is no news.
      if (!closed) {
        context.fail(cause);
      }
    }
  }

  /** Before the first producer is made, so before the first write. */
  private Duration preflight(Set<String> recovered) throws InterruptedException {
    try (SinkPreflight preflight = new SinkPreflight(settings.connection())) {
      Duration timeout =
          TransactionTimeout.choose(
              settings.wantedTransactionTimeout(),
              preflight.transactionLimit(),
              context.checkpointInterval(),
              context.checkpointTimeout());
      if (serializer.fixedTopic().isPresent()) {
        preflight.requireTopic(serializer.fixedTopic().get());
      }
      preflight.abortLingering(
          pool.ids(), context.subtaskIndex(), context.parallelism(), recovered);
      return timeout;
    }
  }

  private Outbox nextOutbox() {
    CompletableFuture<ProducerChannel> ready = pool.acquire();
    ready.whenComplete(
        (channel, failure) -> {
          if (failure != null) {
            events.failed(failure.getCause() == null ? failure : failure.getCause());
          }
        });
    return new Outbox(ready, settings.connection(), calls, events);
  }

  @Override
  public void write(T element, long timestamp) throws Exception {
    current.write(serializer.serialize(element, timestamp));
  }

  @Override
  public boolean hasRoom() {
    return current.hasRoom();
  }

  @Override
  public CompletionStage<List<KafkaCommittable>> prepareCommit(long checkpointId) {
    if (current.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    Sealed sealed = new Sealed(current, checkpointId);
    sealing.add(sealed);
    current = nextOutbox();
    return calls.run(sealed::prepare).whenComplete((done, failure) -> sealing.remove(sealed));
  }

  /** A transaction that takes no more records and is being flushed. */
  private final class Sealed {
    private final Outbox outbox;
    private final long checkpointId;
    private final AtomicReference<State> state = new AtomicReference<>(State.FLUSHING);

    private enum State {
      FLUSHING,
      PREPARED,
      ABORTED
    }

    Sealed(Outbox outbox, long checkpointId) {
      this.outbox = outbox;
      this.checkpointId = checkpointId;
    }

    private List<KafkaCommittable> prepare() throws InterruptedException, ExecutionException {
      ProducerChannel channel = outbox.flush();
      KafkaCommittable committable =
          pool.resumer().identify(channel.producer(), channel.transactionalId(), checkpointId);
      if (!state.compareAndSet(State.FLUSHING, State.PREPARED)) {
        throw new IllegalStateException("The sink was closed while a checkpoint was prepared");
      }
      pool.prepared(committable, channel);
      return List.of(committable);
    }

    /** Aborts it, unless it is prepared: then it may be part of a checkpoint (K10). */
    void abortUnlessPrepared() {
      if (state.compareAndSet(State.FLUSHING, State.ABORTED)) {
        abort(outbox);
      }
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    sealing.forEach(Sealed::abortUnlessPrepared);
    abort(current);
    calls.close();
    release.run();
  }

  /** Ends a transaction that no checkpoint knows, so that it doesn't hold up readers (K9). */
  private void abort(Outbox outbox) {
    CompletableFuture<ProducerChannel> ready = outbox.channel();
    if (!ready.isDone()) {
      // Its producer is still being made: nothing is open.
      ready.thenAccept(ProducerChannel::closeNow);
      return;
    }
    if (ready.isCompletedExceptionally()) {
      return;
    }
    ProducerChannel channel = ready.join();
    if (!outbox.isEmpty()) {
      boolean interrupted = Thread.interrupted();
      try {
        calls
            .run(
                () -> {
                  channel.producer().abortTransaction();
                  return null;
                })
            .get(ABORT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException | TimeoutException e) {
        LOG.warn(
            "Transaction {} can't be aborted; the next attempt does it, or the broker when it times"
                + " out",
            channel.transactionalId(),
            e);
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
    channel.closeNow();
  }
}
