package io.millrace.benchmarks.micro;

import io.millrace.runtime.state.NoNamespace;
import io.millrace.runtime.state.TimerQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Timers of event time on the heap. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TimerBenchmark {
  /** Timers that are pending while others are registered and fire. */
  private static final int PENDING = 100_000;

  private Keys current;
  private TimerQueue<NoNamespace> timers;
  private TimerQueue<NoNamespace> same;
  private long time;

  /** Registers the pending ones. */
  @Setup
  public void register() throws Exception {
    current = new Keys(1_000_000);
    timers = current.backend().timers("timers");
    same = current.backend().timers("same");
    for (time = 0; time < PENDING; time++) {
      current.next();
      timers.register(time, NoNamespace.INSTANCE);
    }
  }

  /** One is registered, and the oldest one fires. */
  @Benchmark
  public boolean registerAndFire() {
    current.next();
    timers.register(++time, NoNamespace.INSTANCE);
    return timers.pollDue(time - PENDING).isPresent();
  }

  /** One that there is already, as with each record of a key and window but the first. */
  @Benchmark
  public boolean registerAgain() {
    current.next();
    return same.register(1, NoNamespace.INSTANCE);
  }
}
