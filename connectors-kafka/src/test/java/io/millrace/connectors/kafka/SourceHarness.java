package io.millrace.connectors.kafka;

import io.millrace.core.function.RuntimeContext.Counter;
import io.millrace.core.source.PollStatus;
import io.millrace.core.source.ReaderOutput;
import io.millrace.core.source.Source;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.source.VersionedSerializer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/**
 * Drives a source by its SPI alone, on the test's thread: enumerator and readers, snapshots and
 * restores through the serializers.
 */
final class SourceHarness<T> implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  final EnumeratorContext enumeratorContext;
  final SplitEnumerator<KafkaPartitionSplit, KafkaSourceState> enumerator;
  final List<Reader<T>> readers = new ArrayList<>();
  private final Source<T, KafkaPartitionSplit, KafkaSourceState> source;

  /** What a checkpoint holds, as bytes. */
  record Checkpoint(byte[] enumerator, List<List<byte[]>> readers) {}

  SourceHarness(KafkaSource<T> source, int parallelism) throws IOException {
    this(source, parallelism, Optional.empty());
  }

  SourceHarness(KafkaSource<T> source, int parallelism, Optional<Checkpoint> restored)
      throws IOException {
    this.source = source;
    enumeratorContext = new EnumeratorContext(parallelism);
    VersionedSerializer<KafkaSourceState> states = source.enumeratorStateSerializer();
    enumerator =
        restored.isPresent()
            ? source.restoreEnumerator(
                enumeratorContext,
                states.deserialize(states.version(), restored.get().enumerator()))
            : source.createEnumerator(enumeratorContext);
    for (int i = 0; i < parallelism; i++) {
      readers.add(new Reader<>(source, i, parallelism));
    }
    if (restored.isPresent()) {
      List<byte[]> all = restored.get().readers().stream().flatMap(List::stream).toList();
      for (int i = 0; i < all.size(); i++) {
        readers
            .get(i % parallelism)
            .reader
            .addSplits(
                List.of(
                    source
                        .splitSerializer()
                        .deserialize(source.splitSerializer().version(), all.get(i))));
      }
    }
  }

  /** Starts the enumerator, runs its calls and gives out its splits. */
  SourceHarness<T> start() {
    enumerator.start();
    for (int i = 0; i < readers.size(); i++) {
      enumeratorContext.registered.add(i);
      enumerator.addReader(i);
    }
    return runCalls();
  }

  SourceHarness<T> runCalls() {
    enumeratorContext.runCalls();
    deliver();
    return this;
  }

  void deliver() {
    enumeratorContext.assignments.forEach((i, splits) -> readers.get(i).reader.addSplits(splits));
    enumeratorContext.assignments.clear();
    enumeratorContext.noMore.forEach(i -> readers.get(i).reader.noMoreSplits());
    enumeratorContext.noMore.clear();
  }

  Checkpoint checkpoint(long id) throws Exception {
    byte[] state = source.enumeratorStateSerializer().serialize(enumerator.snapshotState(id));
    List<List<byte[]>> splits = new ArrayList<>();
    for (Reader<T> reader : readers) {
      List<byte[]> bytes = new ArrayList<>();
      for (KafkaPartitionSplit split : reader.reader.snapshotState(id)) {
        bytes.add(source.splitSerializer().serialize(split));
      }
      splits.add(bytes);
    }
    return new Checkpoint(state, splits);
  }

  List<T> records() {
    return readers.stream().flatMap(r -> r.records.stream()).toList();
  }

  /** Polls all readers until the condition holds. */
  void pollUntil(BooleanSupplier condition) throws Exception {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!condition.getAsBoolean()) {
      boolean progress = false;
      for (Reader<T> reader : readers) {
        progress |= reader.pollOnce() == PollStatus.MORE_AVAILABLE;
        reader.throwFailure();
      }
      if (!progress && !condition.getAsBoolean()) {
        // Any reader's wake-up ends the wait for all.
        Reader.SIGNAL.tryAcquire(200, TimeUnit.MILLISECONDS);
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("Not within " + TIMEOUT + "; records so far: " + records());
      }
    }
  }

  void pollUntilRecords(int n) throws Exception {
    pollUntil(() -> records().size() >= n);
  }

  void pollUntilEnd() throws Exception {
    pollUntil(() -> readers.stream().allMatch(r -> r.ended));
  }

  @Override
  public void close() throws Exception {
    enumerator.close();
    for (Reader<T> reader : readers) {
      reader.reader.close();
    }
  }

  /** A reader and what it emitted. */
  static final class Reader<T> {
    private static final Semaphore SIGNAL = new Semaphore(0);

    final SourceReader<T, KafkaPartitionSplit> reader;
    final List<T> records = new ArrayList<>();
    final List<Long> timestamps = new ArrayList<>();
    final Set<String> emptySplits = new HashSet<>();
    final Set<String> openSplits = new TreeSet<>();
    final Map<String, AtomicLong> counters = new ConcurrentHashMap<>();
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    final Output output = new Output();
    int roomPerPoll = 7;
    boolean ended;

    Reader(Source<T, KafkaPartitionSplit, ?> source, int subtask, int parallelism)
        throws IOException {
      reader = source.createReader(new Context(subtask, parallelism));
      reader.start();
    }

    PollStatus pollOnce() throws Exception {
      if (ended) {
        return PollStatus.END_OF_INPUT;
      }
      output.room = roomPerPoll;
      PollStatus status = reader.poll(output);
      ended = status == PollStatus.END_OF_INPUT;
      return status;
    }

    void throwFailure() {
      if (failure.get() instanceof RuntimeException e) {
        throw e;
      } else if (failure.get() != null) {
        throw new IllegalStateException(failure.get());
      }
    }

    long count(String name) {
      return counters.getOrDefault(name, new AtomicLong()).get();
    }

    final class Output implements ReaderOutput<T> {
      int room;

      @Override
      public boolean hasRoom() {
        return room > 0;
      }

      @Override
      public SplitOutput<T> split(String splitId) {
        openSplits.add(splitId);
        return new SplitOutput<>() {
          @Override
          public void collect(T record, long timestamp) {
            room--;
            emptySplits.remove(splitId);
            records.add(record);
            timestamps.add(timestamp);
          }

          @Override
          public void polledEmpty() {
            emptySplits.add(splitId);
          }
        };
      }

      @Override
      public void releaseSplit(String splitId) {
        openSplits.remove(splitId);
      }
    }

    private final class Context implements SourceReaderContext {
      private final int subtask;
      private final int parallelism;

      Context(int subtask, int parallelism) {
        this.subtask = subtask;
        this.parallelism = parallelism;
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
      public ClassLoader userCodeClassLoader() {
        return getClass().getClassLoader();
      }

      @Override
      public void requestSplit() {}

      @Override
      public void wakeUp() {
        SIGNAL.release();
      }

      @Override
      public void wakeUpAfter(Duration delay) {
        throw new AssertionError("A Kafka reader waits for the broker, not for the clock");
      }

      @Override
      public void fail(Throwable cause) {
        failure.compareAndSet(null, cause);
        SIGNAL.release();
      }

      @Override
      public Counter counter(String name) {
        return new TestCounter(counters.computeIfAbsent(name, n -> new AtomicLong()));
      }
    }
  }

  record TestCounter(AtomicLong value) implements Counter {
    @Override
    public void inc(long n) {
      value.addAndGet(n);
    }

    @Override
    public long count() {
      return value.get();
    }
  }

  /** Runs the enumerator's calls when told to. */
  static final class EnumeratorContext implements SplitEnumeratorContext<KafkaPartitionSplit> {
    private final int parallelism;
    final Set<Integer> registered = new TreeSet<>();
    final Map<Integer, List<KafkaPartitionSplit>> assignments = new LinkedHashMap<>();
    final List<Integer> noMore = new ArrayList<>();
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<Runnable> once = new ArrayList<>();
    private final List<Runnable> periodic = new ArrayList<>();

    EnumeratorContext(int parallelism) {
      this.parallelism = parallelism;
    }

    void runCalls() {
      List<Runnable> calls = new ArrayList<>(once);
      once.clear();
      calls.addAll(periodic);
      calls.forEach(Runnable::run);
    }

    Map<Integer, List<KafkaPartitionSplit>> takeAssignments() {
      Map<Integer, List<KafkaPartitionSplit>> taken = new HashMap<>(assignments);
      assignments.clear();
      return taken;
    }

    @Override
    public int currentParallelism() {
      return parallelism;
    }

    @Override
    public Set<Integer> registeredReaders() {
      return registered;
    }

    @Override
    public void assignSplits(int subtask, List<KafkaPartitionSplit> splits) {
      assignments.computeIfAbsent(subtask, s -> new ArrayList<>()).addAll(splits);
    }

    @Override
    public void signalNoMoreSplits(int subtask) {
      noMore.add(subtask);
    }

    @Override
    public <R> void callAsync(Callable<R> call, BiConsumer<R, Throwable> handler) {
      once.add(task(call, handler));
    }

    @Override
    public <R> void callAsync(
        Callable<R> call,
        BiConsumer<R, Throwable> handler,
        Duration initialDelay,
        Duration period) {
      periodic.add(task(call, handler));
    }

    private static <R> Runnable task(Callable<R> call, BiConsumer<R, Throwable> handler) {
      return () -> {
        R result;
        try {
          result = call.call();
        } catch (Exception e) {
          handler.accept(null, e);
          return;
        }
        handler.accept(result, null);
      };
    }

    @Override
    public void fail(Throwable cause) {
      failure.compareAndSet(null, cause);
    }
  }
}
