package io.millrace.connectors.kafka;

import io.millrace.core.sink.SinkContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.KafkaException;

/**
 * The transactional producers of one subtask, shared by its writer and its committer. Each is, in
 * turn: idle (initialised, no transaction), writing, prepared (flushed, waiting for its commit),
 * resting (committed), and idle again. Any number may be prepared at once (K3), and one is kept
 * idle ahead of need, for initialising takes a while. Thread-safe.
 *
 * <p>Two rules keep a committable's meaning unique. A producer rests until a later checkpoint has
 * been committed as well: until then a restore may commit its transaction once more, and must find
 * it committed, not replaced by another. And where the broker doesn't raise the epoch with each
 * transaction (transaction.version 1), a producer is initialised anew before its next one.
 */
final class TransactionPool {
  private final KafkaSinkSettings settings;
  private final TransactionIds ids;
  private final TransactionResumer resumer;
  private final Owner owner;

  private final Deque<ProducerChannel> idle = new ArrayDeque<>();
  private final Map<KafkaCommittable, ProducerChannel> prepared = new HashMap<>();
  private final TreeMap<Long, Map<KafkaCommittable, ProducerChannel>> resting = new TreeMap<>();
  private final Set<String> taken = new HashSet<>();
  private final CompletableFuture<Duration> opened = new CompletableFuture<>();
  private Optional<BlockingCalls> calls = Optional.empty();
  private Optional<ProducerChannel.Events> events = Optional.empty();
  private Optional<String> fixedTopic = Optional.empty();
  private int beingMade;
  private boolean closed;

  /** Whose producers they are. */
  record Owner(String jobId, String jobName, int attempt, int subtask) {
    static Owner of(SinkContext context) {
      return new Owner(
          context.jobId(), context.jobName(), context.attemptNumber(), context.subtaskIndex());
    }
  }

  TransactionPool(KafkaSinkSettings settings, TransactionResumer resumer, Owner owner) {
    this.settings = settings;
    this.ids = new TransactionIds(settings.transactionalIdPrefix(), owner.jobId(), owner.attempt());
    this.resumer = resumer;
    this.owner = owner;
  }

  TransactionIds ids() {
    return ids;
  }

  TransactionResumer resumer() {
    return resumer;
  }

  /**
   * Says how producers are made from now on.
   *
   * @param topic fetched ahead of the first record, if it is known
   * @param reserved ids in the restored checkpoint: not used by this attempt, because a restore
   *     from the same checkpoint must find their transactions as they are (K4)
   */
  synchronized void serve(
      BlockingCalls blockingCalls,
      ProducerChannel.Events channelEvents,
      Optional<String> topic,
      Set<String> reserved) {
    calls = Optional.of(blockingCalls);
    fixedTopic = topic;
    events = Optional.of(channelEvents);
    taken.addAll(reserved);
  }

  /** Lets producers be made: former attempts' transactions are ended, the timeout is known. */
  void open(Duration transactionTimeout) {
    opened.complete(transactionTimeout);
  }

  /** No producer will ever be made. */
  void fail(Throwable cause) {
    opened.completeExceptionally(cause);
  }

  /** A producer with a transaction begun; at once if one is idle. */
  synchronized CompletableFuture<ProducerChannel> acquire() {
    Optional<ProducerChannel> ready = nextBegun();
    CompletableFuture<ProducerChannel> result =
        ready
            .map(CompletableFuture::completedFuture)
            .orElseGet(() -> make().thenApply(this::begin));
    // Not before this one is there: records wait for it, and for the spare only the next
    // checkpoint does.
    result.thenRun(this::provideSpare);
    return result;
  }

  private synchronized void provideSpare() {
    if (idle.isEmpty() && beingMade == 0 && !closed) {
      makeSpare();
    }
  }

  private Optional<ProducerChannel> nextBegun() {
    for (ProducerChannel channel = idle.poll(); channel != null; channel = idle.poll()) {
      try {
        return Optional.of(begin(channel));
      } catch (KafkaException e) {
        // It broke while idle; another takes its place.
        retire(channel);
      }
    }
    return Optional.empty();
  }

  private ProducerChannel begin(ProducerChannel channel) {
    // Local to the client: the broker hears of a transaction with its first record.
    channel.producer().beginTransaction();
    return channel;
  }

  private void makeSpare() {
    beingMade++;
    make()
        .whenComplete(
            (channel, failure) -> {
              synchronized (this) {
                beingMade--;
                if (channel != null && !closed) {
                  idle.add(channel);
                } else if (channel != null) {
                  channel.closeNow();
                }
              }
              // A failure is told when a producer is needed and can't be made either.
            });
  }

  private synchronized CompletableFuture<ProducerChannel> make() {
    if (closed) {
      return CompletableFuture.failedFuture(new IllegalStateException("The sink is closed"));
    }
    BlockingCalls with = calls.orElseThrow();
    ProducerChannel.Events channelEvents = events.orElseThrow();
    Optional<String> topic = fixedTopic;
    String id = freeId();
    return opened.thenCompose(
        timeout ->
            with.run(
                () -> {
                  ProducerChannel channel = new ProducerChannel(config(id, timeout), channelEvents);
                  return initialised(channel, topic);
                }));
  }

  private ProducerChannel initialised(ProducerChannel channel, Optional<String> topic) {
    try {
      channel.producer().initTransactions();
      topic.ifPresent(channel::resolve);
    } catch (KafkaException e) {
      channel.closeNow();
      throw settings
          .connection()
          .unusable("initialise transactional id '" + channel.transactionalId() + "' at", e);
    } catch (RuntimeException e) {
      channel.closeNow();
      throw e;
    }
    synchronized (this) {
      if (!closed) {
        return channel;
      }
    }
    channel.closeNow();
    throw new IllegalStateException("The sink is closed");
  }

  /** Configuration of a producer for this id. */
  Properties config(String id, Duration timeout) {
    return settings.transactionalProducer(
        KafkaConnection.clientId("sink", owner.jobName(), owner.subtask()), id, timeout);
  }

  private String freeId() {
    for (int number = 0; ; number++) {
      String id = ids.id(owner.subtask(), number);
      if (taken.add(id)) {
        return id;
      }
    }
  }

  /** The channel's transaction is flushed and will be committed or come back in a restore. */
  synchronized void prepared(KafkaCommittable committable, ProducerChannel channel) {
    if (closed) {
      channel.closeNow();
      return;
    }
    prepared.put(committable, channel);
  }

  /** The producer that has this very transaction open, if it is in this process. */
  synchronized Optional<ProducerChannel> live(KafkaCommittable committable) {
    return Optional.ofNullable(prepared.get(committable));
  }

  /** Whether this process has committed it. */
  synchronized boolean isCommitted(KafkaCommittable committable) {
    return resting.getOrDefault(committable.checkpointId(), Map.of()).containsKey(committable);
  }

  /** The transaction is committed; its producer, if it was live, rests. */
  synchronized void committed(KafkaCommittable committable) {
    ProducerChannel channel = prepared.remove(committable);
    if (channel == null) {
      return;
    }
    if (closed) {
      channel.closeNow();
    } else {
      resting
          .computeIfAbsent(committable.checkpointId(), c -> new HashMap<>())
          .put(committable, channel);
    }
  }

  /**
   * The transaction has ended otherwise; its producer is of no use any more. The id stays taken: a
   * restore must find what became of the transaction.
   */
  synchronized void ended(KafkaCommittable committable) {
    ProducerChannel channel = prepared.remove(committable);
    if (channel != null) {
      channel.closeNow();
    }
  }

  /**
   * A checkpoint has completed and is committed: no restore goes back to an earlier one, so what
   * rested since then may be used again.
   */
  synchronized void completed(long checkpointId) {
    Map<Long, Map<KafkaCommittable, ProducerChannel>> earlier =
        resting.headMap(checkpointId, false);
    List<Map.Entry<KafkaCommittable, ProducerChannel>> free = new ArrayList<>();
    earlier.values().forEach(channels -> free.addAll(channels.entrySet()));
    earlier.clear();
    for (Map.Entry<KafkaCommittable, ProducerChannel> entry : free) {
      if (resumer.epoch(entry.getValue().producer()) == entry.getKey().epoch()) {
        retire(entry.getValue());
      } else {
        idle.add(entry.getValue());
      }
    }
    // On a restore the committer is at work before there is a writer.
    if (calls.isPresent()) {
      provideSpare();
    }
  }

  private void retire(ProducerChannel channel) {
    channel.closeNow();
    taken.remove(channel.transactionalId());
  }

  /** Closes all producers; prepared transactions stay open for the restore (K10). */
  void close() {
    List<ProducerChannel> all;
    synchronized (this) {
      closed = true;
      all = new ArrayList<>(idle);
      all.addAll(prepared.values());
      resting.values().forEach(channels -> all.addAll(channels.values()));
      idle.clear();
      prepared.clear();
      resting.clear();
    }
    fail(new IllegalStateException("The sink is closed"));
    all.forEach(ProducerChannel::closeNow);
  }
}
