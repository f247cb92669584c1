package io.millrace.connectors.kafka;

import io.millrace.core.function.Collector;
import io.millrace.core.source.PollStatus;
import io.millrace.core.source.ReaderOutput;
import io.millrace.core.source.ReaderOutput.SplitOutput;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.time.TimestampAssigner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Emits the records of the partitions of one subtask. Deserialises on the subtask's thread, so that
 * a deserializer needs no thread safety; the client blocks on the {@link KafkaFetcher}'s.
 */
final class KafkaSourceReader<T> implements SourceReader<T, KafkaPartitionSplit> {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final KafkaSourceSettings settings;
  private final KafkaRecordDeserializationSchema<T> deserializer;
  private final Optional<KafkaRecordDeserializationSchema.ValueOnly<T>> valueOnly;
  private final SourceReaderContext context;
  private final KafkaFetcher fetcher;
  private final Thread thread;
  private final PoisonRecords poison;
  private final Map<String, Active<T>> active = new LinkedHashMap<>();
  private final TreeMap<Long, Map<TopicPartition, OffsetAndMetadata>> toCommit = new TreeMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> finished = new HashMap<>();
  private final List<T> collected = new ArrayList<>();
  private final Collector<T> collector = collected::add;

  private Iterator<Fetch.Part> parts = List.<Fetch.Part>of().iterator();
  private Optional<Fetch.Part> part = Optional.empty();
  private int index;
  private boolean noMoreSplits;
  private boolean unbound;

  /** Set when a poll found nothing; whoever clears it wakes the subtask. */
  private volatile boolean waiting;

  /** A split being read. */
  private static final class Active<T> {
    private final KafkaPartitionSplit split;
    private long position;
    private SplitOutput<T> output;

    Active(KafkaPartitionSplit split) {
      this.split = split;
      this.position = split.position();
    }
  }

  KafkaSourceReader(
      KafkaSourceSettings settings,
      KafkaRecordDeserializationSchema<T> deserializer,
      SourceReaderContext context) {
    this.settings = settings;
    this.deserializer = deserializer;
    this.valueOnly =
        deserializer instanceof KafkaRecordDeserializationSchema.ValueOnly<T> v
            ? Optional.of(v)
            : Optional.empty();
    this.context = context;
    this.poison = new PoisonRecords(settings.policies().onError(), settings.connection(), context);
    this.fetcher =
        new KafkaFetcher(
            settings.connection(),
            settings.consumer(
                KafkaConnection.clientId("source", context.jobName(), context.subtaskIndex())),
            new FetcherListener());
    this.thread = new Thread(fetcher, "millrace-kafka-fetcher-" + context.subtaskIndex());
    thread.setDaemon(true);
    thread.setContextClassLoader(context.userCodeClassLoader());
  }

  private final class FetcherListener implements KafkaFetcher.Listener {
    @Override
    public void fetched() {
      if (waiting) {
        waiting = false;
        context.wakeUp();
      }
    }

    @Override
    public void offsetCommitFailed() {
      context.counter("kafka.offset-commits.failed").inc();
    }

    @Override
    public void failed(Throwable cause) {
      context.fail(cause);
    }
  }

  @Override
  public void start() {
    try {
      deserializer.open();
    } catch (Exception e) {
      throw new KafkaConnectorException(
          "The deserializer " + deserializer + " can't be opened: " + e.getMessage(), e);
    }
    thread.start();
  }

  @Override
  public void addSplits(List<KafkaPartitionSplit> splits) {
    for (KafkaPartitionSplit split : splits) {
      if (active.put(split.splitId(), new Active<>(split)) != null) {
        throw new IllegalStateException(
            "Split "
                + split.splitId()
                + " was assigned twice to subtask "
                + context.subtaskIndex());
      }
    }
    unbound = true;
    fetcher.add(splits);
    context.wakeUp();
  }

  @Override
  public void noMoreSplits() {
    noMoreSplits = true;
    context.wakeUp();
  }

  @Override
  public PollStatus poll(ReaderOutput<T> output) throws Exception {
    if (unbound) {
      bind(output);
    }
    while (true) {
      if (part.isEmpty() && !nextPart()) {
        if (noMoreSplits && active.isEmpty()) {
          return PollStatus.END_OF_INPUT;
        }
        waiting = true;
        // What was handed over before the flag was up wakes nobody.
        if (!fetcher.hasFetch()) {
          return PollStatus.NOTHING_AVAILABLE;
        }
        waiting = false;
        continue;
      }
      Fetch.Part current = part.get();
      Active<T> split = active.get(current.splitId());
      List<ConsumerRecord<byte[], byte[]>> records = current.records();
      int size = records.size();
      while (index < size) {
        if (!output.hasRoom()) {
          return PollStatus.MORE_AVAILABLE;
        }
        if (!poison.hasRoom()) {
          return PollStatus.NOTHING_AVAILABLE;
        }
        ConsumerRecord<byte[], byte[]> record = records.get(index++);
        emit(record, split);
        split.position = record.offset() + 1;
      }
      part = Optional.empty();
      // Behind the last record there may be transaction markers and aborted records.
      split.position = current.nextOffset();
      switch (current.end()) {
        case MORE -> {}
        case EMPTY -> split.output.polledEmpty();
        case FINISHED -> {
          active.remove(current.splitId());
          finished.put(split.split.topicPartition(), new OffsetAndMetadata(split.position));
          output.releaseSplit(current.splitId());
        }
      }
    }
  }

  /**
   * Every split has its output from the first poll on: until its first record it holds the
   * watermark.
   */
  private void bind(ReaderOutput<T> output) {
    unbound = false;
    active.forEach(
        (id, split) -> {
          if (split.output == null) {
            split.output = output.split(id);
          }
        });
  }

  private boolean nextPart() {
    while (!parts.hasNext()) {
      Fetch fetch = fetcher.take();
      if (fetch == null) {
        return false;
      }
      parts = fetch.parts().iterator();
    }
    part = Optional.of(parts.next());
    index = 0;
    return true;
  }

  private void emit(ConsumerRecord<byte[], byte[]> record, Active<T> split) throws Exception {
    long timestamp = record.timestamp() >= 0 ? record.timestamp() : TimestampAssigner.NO_TIMESTAMP;
    if (valueOnly.isPresent()) {
      T value;
      try {
        value = valueOnly.get().value(record);
      } catch (Exception e) {
        poison.handle(record, e);
        return;
      }
      split.output.collect(value, timestamp);
      return;
    }
    collected.clear();
    try {
      deserializer.deserialize(record, collector);
    } catch (Exception e) {
      poison.handle(record, e);
      return;
    }
    for (T value : collected) {
      split.output.collect(value, timestamp);
    }
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
    poison.flush();
    List<KafkaPartitionSplit> splits = new ArrayList<>(active.size());
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(finished);
    for (Active<T> a : active.values()) {
      splits.add(
          new KafkaPartitionSplit(
              a.split.topic(), a.split.partition(), a.position, a.split.stoppingOffset()));
      offsets.put(a.split.topicPartition(), new OffsetAndMetadata(a.position));
    }
    if (settings.groupId().isPresent()) {
      toCommit.put(checkpointId, offsets);
    }
    return splits;
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    Map<Long, Map<TopicPartition, OffsetAndMetadata>> done = toCommit.headMap(checkpointId, true);
    Map<TopicPartition, OffsetAndMetadata> offsets = toCommit.get(checkpointId);
    done.clear();
    if (offsets != null && !offsets.isEmpty()) {
      fetcher.commit(offsets);
    }
  }

  @Override
  public void close() {
    fetcher.shutdown();
    boolean interrupted = Thread.interrupted();
    long deadline = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
    while (thread.isAlive() && System.nanoTime() < deadline) {
      try {
        thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    poison.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
