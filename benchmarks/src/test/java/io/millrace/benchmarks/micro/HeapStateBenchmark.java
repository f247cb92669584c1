package io.millrace.benchmarks.micro;

import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reads, adds and writes back a number of a random key. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeapStateBenchmark {
  /** Different ones: within the cache, and far beyond. */
  @Param({"1000", "1000000"})
  public int keys;

  private Keys current;
  private ValueState<Long> sum;

  /** Fills the state. */
  @Setup
  public void fill() throws Exception {
    current = new Keys(keys);
    sum = current.backend().getState(new ValueStateDescriptor<>("sum", Long.class));
    for (int i = 0; i < 2 * keys; i++) {
      update();
    }
  }

  /** One update. */
  @Benchmark
  public long update() throws Exception {
    current.next();
    Long before = sum.value();
    long now = before == null ? 1 : before + 1;
    sum.update(now);
    return now;
  }
}
