package io.millrace.benchmarks.micro;

import io.millrace.benchmarks.workload.KeyedValue;
import io.millrace.benchmarks.workload.WordCount;
import io.millrace.core.function.KeySelector;
import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.exchange.BatchPool;
import io.millrace.runtime.exchange.LocalChannel;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.task.EdgeOutput;
import io.millrace.runtime.task.LongKeyOutput;
import io.millrace.runtime.task.ObjectKeyOutput;
import io.millrace.runtime.task.OutputRoom;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Takes the key, hashes it, and puts the record into its channel's batch, which is then emptied.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PartitionBenchmark {
  private static final int GROUPS = 128;
  private static final int RECORDS = 4_096;

  /** Consuming subtasks. */
  @Param({"2", "16"})
  public int channels;

  private final KeyedValue[] numbers = new KeyedValue[RECORDS];
  private final WordCount[] words = new WordCount[RECORDS];
  private LocalChannel[] inputs;
  private EdgeOutput<KeyedValue> byNumber;
  private EdgeOutput<WordCount> byWord;

  /** Makes records, outputs and channels. */
  @Setup
  public void make() {
    for (int i = 0; i < RECORDS; i++) {
      long key = i * 7_919L % 1_000;
      numbers[i] = new KeyedValue(key, i);
      words[i] = new WordCount("word" + key, i);
    }
    inputs = new LocalChannel[channels];
    OutputChannel[] outputs = new OutputChannel[channels];
    BatchPool pool =
        new BatchPool(
            Collections.nCopies(channels, ObjectLayout.of(TypeInformation.of(KeyedValue.class))),
            32);
    for (int i = 0; i < channels; i++) {
      inputs[i] = new LocalChannel();
      outputs[i] = inputs[i].output(pool, i);
    }
    int[] channelOfGroup = new int[GROUPS];
    for (int group = 0; group < GROUPS; group++) {
      channelOfGroup[group] = KeyGroups.subtaskOf(group, channels, GROUPS);
    }
    KeySelector<KeyedValue, Long> number = KeyedValue::key;
    KeySelector<WordCount, String> word = WordCount::word;
    byNumber =
        new LongKeyOutput<>(
            setup(KeyedValue.class, outputs, true),
            number,
            TypeInformation.of(Long.class).keyCodec(),
            channelOfGroup);
    byWord =
        new ObjectKeyOutput<>(
            setup(WordCount.class, outputs, false),
            word,
            TypeInformation.of(String.class).keyCodec(),
            channelOfGroup);
  }

  private static <T> EdgeOutput.Setup<T> setup(
      Class<T> type, OutputChannel[] outputs, boolean longKeys) {
    return new EdgeOutput.Setup<>(
        "benchmark", outputs, TypeInformation.of(type), new OutputRoom(), true, longKeys);
  }

  /** Integer keys. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public int byNumber() throws Exception {
    for (int from = 0; from < RECORDS; from += RecordBatch.CAPACITY) {
      for (int i = from; i < from + RecordBatch.CAPACITY; i++) {
        byNumber.process(numbers[i], TimestampAssigner.NO_TIMESTAMP);
      }
      drain();
    }
    return RECORDS;
  }

  /** Strings. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public int byWord() throws Exception {
    for (int from = 0; from < RECORDS; from += RecordBatch.CAPACITY) {
      for (int i = from; i < from + RecordBatch.CAPACITY; i++) {
        byWord.process(words[i], TimestampAssigner.NO_TIMESTAMP);
      }
      drain();
    }
    return RECORDS;
  }

  private void drain() {
    for (LocalChannel input : inputs) {
      while (input.poll() instanceof RecordBatch batch) {
        batch.release();
      }
    }
  }
}
