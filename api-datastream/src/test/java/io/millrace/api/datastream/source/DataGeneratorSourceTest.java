package io.millrace.api.datastream.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.core.function.RuntimeContext.Counter;
import io.millrace.core.source.PollStatus;
import io.millrace.core.source.ReaderOutput;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.types.BinaryWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DataGeneratorSourceTest {
  record Numbered(long number, String text) {}

  private static final DataGeneratorSource<Numbered> TEN =
      new DataGeneratorSource<>(i -> new Numbered(i, "n" + i), 10);

  /** Notes when the reader wants to be woken up, and nothing else. */
  private static final class Context implements SourceReaderContext {
    private final Deque<Duration> wakeUps = new ArrayDeque<>();

    @Override
    public String jobName() {
      return "job";
    }

    @Override
    public int subtaskIndex() {
      return 0;
    }

    @Override
    public int parallelism() {
      return 1;
    }

    @Override
    public ClassLoader userCodeClassLoader() {
      return getClass().getClassLoader();
    }

    @Override
    public void requestSplit() {}

    @Override
    public void wakeUp() {
      wakeUps.add(Duration.ZERO);
    }

    @Override
    public void wakeUpAfter(Duration delay) {
      wakeUps.add(delay);
    }

    @Override
    public void fail(Throwable cause) {
      throw new AssertionError(cause);
    }

    @Override
    public Counter counter(String name) {
      throw new UnsupportedOperationException();
    }
  }

  /** Takes so many records in a poll. */
  private static final class Output<T> implements ReaderOutput<T> {
    private final List<T> records = new ArrayList<>();
    private int room;

    @Override
    public boolean hasRoom() {
      return room > 0;
    }

    @Override
    public SplitOutput<T> split(String splitId) {
      return new SplitOutput<>() {
        @Override
        public void collect(T record, long timestamp) {
          records.add(record);
          room--;
        }

        @Override
        public void polledEmpty() {}
      };
    }

    @Override
    public void releaseSplit(String splitId) {}
  }

  /** What the enumerator gives to so many readers, each asking once. */
  private static List<RangeSplit> splits(DataGeneratorSource<?> source, int readers)
      throws IOException {
    return splits(source, readers, IntStream.range(0, readers).toArray());
  }

  /** The same with the readers that ask, in their order. */
  private static List<RangeSplit> splits(DataGeneratorSource<?> source, int readers, int... asking)
      throws IOException {
    List<RangeSplit> given = new ArrayList<>();
    SplitEnumeratorContext<RangeSplit> context =
        new SplitEnumeratorContext<>() {
          @Override
          public int currentParallelism() {
            return readers;
          }

          @Override
          public Set<Integer> registeredReaders() {
            return Set.of();
          }

          @Override
          public void assignSplits(int subtask, List<RangeSplit> splits) {
            given.addAll(splits);
          }

          @Override
          public void signalNoMoreSplits(int subtask) {}

          @Override
          public <R> void callAsync(Callable<R> call, BiConsumer<R, Throwable> handler) {
            throw new UnsupportedOperationException();
          }

          @Override
          public <R> void callAsync(
              Callable<R> call,
              BiConsumer<R, Throwable> handler,
              Duration initialDelay,
              Duration period) {
            throw new UnsupportedOperationException();
          }

          @Override
          public void fail(Throwable cause) {
            throw new AssertionError(cause);
          }
        };
    try (SplitEnumerator<RangeSplit, List<RangeSplit>> enumerator =
        source.createEnumerator(context)) {
      for (int reader : asking) {
        enumerator.handleSplitRequest(reader);
      }
    }
    return given;
  }

  /** It would be past the other's event time by then. */
  @Test
  void aReaderThatIsDoneEarlyDoesNotGetAnothersNumbers() throws Exception {
    assertThat(splits(TEN, 2, 1, 1, 1, 0)).extracting(RangeSplit::next).containsExactly(1L, 0L);
  }

  @Test
  void readersTakeTurnsInTheNumbers() throws Exception {
    List<List<Long>> numbers = new ArrayList<>();
    for (RangeSplit split : splits(TEN, 3)) {
      Output<Numbered> output = new Output<>();
      output.room = 100;
      SourceReader<Numbered, RangeSplit> reader = TEN.createReader(new Context());
      reader.addSplits(List.of(split));
      reader.noMoreSplits();
      assertThat(reader.poll(output)).isEqualTo(PollStatus.END_OF_INPUT);
      numbers.add(output.records.stream().map(Numbered::number).toList());
    }
    assertThat(numbers)
        .containsExactly(List.of(0L, 3L, 6L, 9L), List.of(1L, 4L, 7L), List.of(2L, 5L, 8L));
  }

  @Test
  void aRestoredReaderGoesOnWithTheNextRecord() throws Exception {
    RangeSplit second = splits(TEN, 2).get(1);
    Output<Numbered> output = new Output<>();
    output.room = 2;
    SourceReader<Numbered, RangeSplit> reader = TEN.createReader(new Context());
    reader.addSplits(List.of(second));
    reader.poll(output);
    RangeSplit saved = reader.snapshotState(1).get(0);
    RangeSplit restored =
        TEN.splitSerializer()
            .deserialize(TEN.splitSerializer().version(), TEN.splitSerializer().serialize(saved));

    Output<Numbered> rest = new Output<>();
    rest.room = 100;
    SourceReader<Numbered, RangeSplit> after = TEN.createReader(new Context());
    after.addSplits(List.of(restored));
    after.poll(rest);
    assertThat(rest.records.stream().map(Numbered::number)).containsExactly(5L, 7L, 9L);
  }

  /** Snapshots of the time before splits had steps. */
  @Test
  void splitsWithoutAStepAreRead() throws Exception {
    BinaryWriter out = new BinaryWriter();
    out.writeString("sequence-0");
    out.writeLong(5);
    out.writeLong(9);
    assertThat(RangeSplit.SERIALIZER.deserialize(1, out.toByteArray()))
        .isEqualTo(new RangeSplit("sequence-0", 5, 9, 1));
    assertThatThrownBy(() -> RangeSplit.SERIALIZER.deserialize(3, out.toByteArray()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 3");
  }

  @Test
  void aJobGetsEachRecordOnce() throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(2);
    List<Numbered> records =
        env.fromSource(TEN, WatermarkStrategy.noWatermarks(), "ten").executeAndCollect(100);
    assertThat(records)
        .containsExactlyInAnyOrderElementsOf(
            LongStream.range(0, 10).mapToObj(i -> new Numbered(i, "n" + i)).toList());
    assertThat(env.fromSource(TEN, WatermarkStrategy.noWatermarks(), "ten").getType().rawClass())
        .isEqualTo(Numbered.class);
  }

  @Test
  void nothingIsEmittedBeforeItsTime() throws Exception {
    // 500 a second: the tenth is due 18 ms after the first.
    DataGeneratorSource<Long> paced =
        DataGeneratorSource.atRate((i, due) -> System.nanoTime() - due, 10, 500);
    Context context = new Context();
    Output<Long> output = new Output<>();
    output.room = 100;
    long start = System.nanoTime();
    try (SourceReader<Long, RangeSplit> reader = paced.createReader(context)) {
      reader.addSplits(splits(paced, 1));
      reader.noMoreSplits();
      PollStatus status = reader.poll(output);
      while (status != PollStatus.END_OF_INPUT) {
        assertThat(status).isEqualTo(PollStatus.NOTHING_AVAILABLE);
        assertThat(context.wakeUps.getLast())
            .as("the time to the next")
            .isBetween(Duration.ofNanos(1), Duration.ofMillis(3));
        context.wakeUps.clear();
        status = reader.poll(output);
      }
    }
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(18));
    assertThat(output.records).hasSize(10).allMatch(late -> late >= 0);
  }

  @Test
  void refusesWhatIsNoAmount() {
    assertThatThrownBy(() -> new DataGeneratorSource<>(i -> i, -1))
        .hasMessageContaining("can't make -1 records");
    assertThatThrownBy(() -> DataGeneratorSource.atRate((i, due) -> i, 10, 0))
        .hasMessageContaining("must be more than 0, not 0.0");
  }
}
