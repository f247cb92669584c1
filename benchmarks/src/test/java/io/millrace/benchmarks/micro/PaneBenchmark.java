package io.millrace.benchmarks.micro;

import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.PanedState;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Counts a record in its key's pane; the panes move on as time does, a record a millisecond. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PaneBenchmark {
  private static final long PANE = 2_000;

  /** What a window of 10 s that slides by 2 s needs. */
  private static final int KEPT = 5;

  /** Different keys. */
  @Param({"100", "10000"})
  public int keys;

  private Keys current;
  private PanedState<Long> counts;
  private long time;

  /** Makes the state. */
  @Setup
  public void make() throws Exception {
    current = new Keys(keys);
    counts = current.backend().panedState("counts", TypeInformation.of(Long.class));
  }

  /** One record. */
  @Benchmark
  public long count() {
    long pane = time - time % PANE;
    if (pane == time && time >= KEPT * PANE) {
      counts.drop(pane - KEPT * PANE);
    }
    time++;
    current.next();
    Long before = counts.get(pane);
    long now = before == null ? 1 : before + 1;
    counts.put(pane, now);
    return now;
  }
}
