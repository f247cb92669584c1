package io.millrace.benchmarks.micro;

import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.exchange.BatchPool;
import io.millrace.runtime.exchange.LocalChannel;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Control;

/** A full batch over a channel within the process and back to its pool; a batch is 512 records. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingBenchmark {
  /** A channel with its two ends. */
  @State(Scope.Group)
  public static class Ring {
    private LocalChannel input;
    private OutputChannel output;

    /** Connects the ends. */
    @Setup
    public void connect() {
      input = new LocalChannel();
      output =
          input.output(
              new BatchPool(List.of(ObjectLayout.of(TypeInformation.of(Long.class))), 32), 0);
      output.onWritable(() -> {});
      input.onReadable(() -> {});
    }
  }

  /** Both ends on one thread: what the hand-over costs when nothing is contended. */
  @Benchmark
  @Group("sameThread")
  public int sendAndReceive(Ring ring) {
    RecordBatch batch = ring.output.acquire();
    batch.size = 0;
    ring.output.send(batch);
    RecordBatch received = (RecordBatch) ring.input.poll();
    int size = received.size;
    received.release();
    return size;
  }

  /** The sending one of two threads. */
  @Benchmark
  @Group("twoThreads")
  public void send(Ring ring, Control control) {
    while (!control.stopMeasurement) {
      RecordBatch batch = ring.output.acquire();
      if (batch != null) {
        batch.size = 0;
        ring.output.send(batch);
        return;
      }
      Thread.onSpinWait();
    }
  }

  /** The receiving one of two threads. */
  @Benchmark
  @Group("twoThreads")
  public void receive(Ring ring, Control control) {
    while (!control.stopMeasurement) {
      if (ring.input.poll() instanceof RecordBatch batch) {
        batch.release();
        return;
      }
      Thread.onSpinWait();
    }
  }
}
