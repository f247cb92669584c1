package io.millrace.benchmarks.micro;

import io.millrace.core.state.StateBackend;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.state.rocksdb.RocksDbEnvironment;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Reads, adds and writes back a number of a random key of 200,000, in RocksDB under its cache. The
 * database's blocks are all in memory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RocksDbStateBenchmark {
  private static final int KEYS = 200_000;
  private static final int CHUNK = 2_048;

  /**
   * HOT has all keys; of COLD one update in thirty or so finds its key, the others read it from the
   * database and have another one written there.
   */
  public enum Cache {
    HOT(256 << 20),
    COLD(512 << 10);

    private final long bytes;

    Cache(long bytes) {
      this.bytes = bytes;
    }
  }

  /** What the cache has. */
  @Param({"HOT", "COLD"})
  public Cache cache;

  private Path directory;
  private RocksDbEnvironment environment;
  private Keys current;
  private ValueState<Long> sum;
  private int untilCleanUp;

  /** Fills the state. */
  @Setup
  public void fill() throws Exception {
    directory = Files.createTempDirectory("millrace-benchmark-");
    environment =
        new RocksDbEnvironment(
            directory,
            new RocksDbSettings(cache.bytes, 128 << 20, 64 << 20, 1 << 20, CHUNK, 4 << 20, true));
    current = new Keys(KEYS, environment, StateBackend.ROCKSDB);
    sum = current.backend().getState(new ValueStateDescriptor<>("sum", Long.class));
    for (int i = 0; i < 2 * KEYS; i++) {
      update();
    }
  }

  /** One update; after as many as a batch has records, what a task does between batches. */
  @Benchmark
  public long update() throws Exception {
    current.next();
    Long before = sum.value();
    long now = before == null ? 1 : before + 1;
    sum.update(now);
    if (--untilCleanUp < 0) {
      untilCleanUp = RecordBatch.CAPACITY;
      current.backend().cleanUpSome();
    }
    return now;
  }

  /** Deletes the database. */
  @TearDown
  public void close() throws IOException {
    current.backend().close();
    environment.close();
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : all) {
        Files.delete(file);
      }
    }
  }
}
