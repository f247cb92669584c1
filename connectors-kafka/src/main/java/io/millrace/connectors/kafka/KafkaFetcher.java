package io.millrace.connectors.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the consumer, which blocks, on the thread {@code millrace-kafka-fetcher-<subtask>}. Commands
 * come in through a queue; fetches go out through a short one, whose fullness stops the reading.
 */
final class KafkaFetcher implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaFetcher.class);

  /** One being emitted by the subtask, one ready, one being filled. */
  private static final int HAND_OVER = 2;

  private static final Duration BUSY_POLL = Duration.ofMillis(100);
  private static final Duration IDLE_POLL = Duration.ofSeconds(30);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

  private final KafkaConnection connection;
  private final Properties config;
  private final Listener listener;
  private final BlockingQueue<Fetch> handOver = new ArrayBlockingQueue<>(HAND_OVER);
  private final Queue<Command> commands = new ConcurrentLinkedQueue<>();

  /** Fetcher thread. */
  private final Map<TopicPartition, Assigned> assigned = new HashMap<>();

  /** Those whose emptiness was told and not ended since. Fetcher thread. */
  private final Set<TopicPartition> toldEmpty = new HashSet<>();

  private volatile KafkaConsumer<byte[], byte[]> polling;
  private volatile boolean closed;

  /** Who is told, from the fetcher's thread. */
  interface Listener {
    void fetched();

    void offsetCommitFailed();

    void failed(Throwable cause);
  }

  /**
   * Where a partition is read next and where it stops. Kept here, for asking the client may block.
   */
  private record Assigned(long next, long stop) {}

  private sealed interface Command {
    record Add(List<KafkaPartitionSplit> splits) implements Command {}

    record Commit(Map<TopicPartition, OffsetAndMetadata> offsets) implements Command {}
  }

  KafkaFetcher(KafkaConnection connection, Properties config, Listener listener) {
    this.connection = connection;
    this.config = config;
    this.listener = listener;
  }

  /** The next fetch, or null if there is none now. Subtask thread. */
  Fetch take() {
    return handOver.poll();
  }

  boolean hasFetch() {
    return !handOver.isEmpty();
  }

  /** Starts reading these. From any thread. */
  void add(List<KafkaPartitionSplit> splits) {
    submit(new Command.Add(List.copyOf(splits)));
  }

  /** Commits offsets to the consumer group, without waiting. From any thread. */
  void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
    submit(new Command.Commit(Map.copyOf(offsets)));
  }

  private void submit(Command command) {
    commands.add(command);
    wakeUp();
  }

  private void wakeUp() {
    KafkaConsumer<byte[], byte[]> consumer = polling;
    if (consumer != null) {
      consumer.wakeup();
    }
    synchronized (commands) {
      commands.notifyAll();
    }
  }

  /** Tells the thread to end; doesn't wait for it. From any thread. */
  void shutdown() {
    closed = true;
    // The thread may wait for room to hand over.
    handOver.clear();
    wakeUp();
  }

  @Override
  public void run() {
    try (Client client = new Client(connection, config)) {
      while (!closed) {
        step(client.consumer);
      }
    } catch (Throwable t) {
      if (!closed) {
        listener.failed(explained(t));
      }
    }
  }

  private void step(KafkaConsumer<byte[], byte[]> consumer) throws InterruptedException {
    // From here on a command wakes the poll, so none waits behind it.
    polling = consumer;
    ConsumerRecords<byte[], byte[]> records;
    try {
      execute(consumer);
      if (closed || assigned.isEmpty()) {
        polling = null;
        awaitCommand();
        return;
      }
      records = consumer.poll(toldEmpty.size() == assigned.size() ? IDLE_POLL : BUSY_POLL);
    } catch (WakeupException e) {
      return;
    } finally {
      polling = null;
    }
    List<Fetch.Part> parts = parts(consumer, records);
    if (!parts.isEmpty()) {
      handOver(new Fetch(parts));
    }
  }

  private void handOver(Fetch fetch) throws InterruptedException {
    // The shutdown empties the queue, so that this can't wait for a reader that is gone.
    if (!closed) {
      handOver.put(fetch);
      listener.fetched();
    }
  }

  /** Without partitions the consumer can't be polled. */
  private void awaitCommand() throws InterruptedException {
    synchronized (commands) {
      while (!closed && commands.isEmpty()) {
        commands.wait();
      }
    }
  }

  private void execute(KafkaConsumer<byte[], byte[]> consumer) throws InterruptedException {
    for (Command command = commands.poll(); command != null; command = commands.poll()) {
      if (command instanceof Command.Add add) {
        assign(consumer, add.splits());
      } else if (command instanceof Command.Commit commit) {
        consumer.commitAsync(
            commit.offsets(),
            (offsets, failure) -> {
              if (failure != null) {
                // For monitoring only (S6): the next checkpoint tries again.
                LOG.debug("Committing offsets {} failed", offsets, failure);
                listener.offsetCommitFailed();
              }
            });
      }
    }
  }

  private void assign(KafkaConsumer<byte[], byte[]> consumer, List<KafkaPartitionSplit> splits)
      throws InterruptedException {
    List<Fetch.Part> finished = new ArrayList<>();
    Map<TopicPartition, KafkaPartitionSplit> starting = new LinkedHashMap<>();
    for (KafkaPartitionSplit split : splits) {
      if (split.position() >= split.stoppingOffset()) {
        finished.add(
            new Fetch.Part(split.splitId(), List.of(), split.position(), Fetch.End.FINISHED));
      } else {
        starting.put(split.topicPartition(), split);
      }
    }
    starting.forEach(
        (partition, split) ->
            assigned.put(partition, new Assigned(split.position(), split.stoppingOffset())));
    consumer.assign(assigned.keySet());
    starting.forEach((partition, split) -> consumer.seek(partition, split.position()));
    if (!finished.isEmpty()) {
      handOver(new Fetch(finished));
    }
  }

  private List<Fetch.Part> parts(
      KafkaConsumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
    List<Fetch.Part> parts = new ArrayList<>();
    Map<TopicPartition, OffsetAndMetadata> next = records.nextOffsets();
    boolean someFinished = false;
    for (Map.Entry<TopicPartition, OffsetAndMetadata> e : next.entrySet()) {
      TopicPartition partition = e.getKey();
      long stop = assigned.get(partition).stop();
      long nextOffset = Math.min(e.getValue().offset(), stop);
      boolean finished = nextOffset >= stop;
      if (finished) {
        assigned.remove(partition);
        someFinished = true;
      } else {
        assigned.put(partition, new Assigned(nextOffset, stop));
      }
      toldEmpty.remove(partition);
      parts.add(
          new Fetch.Part(
              KafkaPartitionSplit.splitId(partition),
              before(stop, records.records(partition)),
              nextOffset,
              finished ? Fetch.End.FINISHED : Fetch.End.MORE));
    }
    if (someFinished) {
      consumer.assign(assigned.keySet());
    }
    if (toldEmpty.size() < assigned.size()) {
      assigned.forEach(
          (partition, at) -> {
            // A lag that isn't known yet is asked for by this call and known at a later poll.
            if (!next.containsKey(partition)
                && !toldEmpty.contains(partition)
                && consumer.currentLag(partition).orElse(1) == 0) {
              toldEmpty.add(partition);
              parts.add(
                  new Fetch.Part(
                      KafkaPartitionSplit.splitId(partition),
                      List.of(),
                      at.next(),
                      Fetch.End.EMPTY));
            }
          });
    }
    return parts;
  }

  private static List<ConsumerRecord<byte[], byte[]>> before(
      long stop, List<ConsumerRecord<byte[], byte[]>> records) {
    int n = records.size();
    while (n > 0 && records.get(n - 1).offset() >= stop) {
      n--;
    }
    return records.subList(0, n);
  }

  private Throwable explained(Throwable t) {
    if (t instanceof OffsetOutOfRangeException e) {
      return new KafkaConnectorException(
          "The source's positions "
              + e.offsetOutOfRangePartitions()
              + " are not at the broker any more: records were deleted before they were read"
              + " (retention), or the topic was recreated. To go on with what is there, set the"
              + " property auto.offset.reset to earliest; to keep this from happening, raise the"
              + " topic's retention",
          e);
    }
    if (t instanceof NoOffsetForPartitionException e) {
      return new KafkaConnectorException(
          "No position for " + e.partitions() + ": " + e.getMessage(), e);
    }
    return t instanceof KafkaException e ? connection.unusable("read from", e) : t;
  }

  /** The consumer, closed in whatever way the thread ends. */
  private static final class Client implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;

    Client(KafkaConnection connection, Properties config) {
      try {
        consumer =
            new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      } catch (KafkaException e) {
        throw connection.unusable("make a consumer for", e);
      }
    }

    @Override
    @SuppressWarnings("deprecation") // the replacement is not in every 4.x client
    public void close() {
      consumer.close(CLOSE_PATIENCE);
    }
  }
}
