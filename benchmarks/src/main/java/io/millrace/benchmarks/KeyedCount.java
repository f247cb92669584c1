package io.millrace.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.core.state.StateBackend;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * The {@code keyed-count} workload, on the in-process cluster, through the public API alone: a
 * running sum per key.
 *
 * <p>Arguments: records, keys, parallelism, runs, and the state backend if it isn't the heap. Each
 * run is done with n and with 2n records; the steady-state cost is the difference of their CPU time
 * (of the whole process: collector, compiler and control plane included) for n records. Prints a
 * line of JSON a run.
 */
public final class KeyedCount {
  private KeyedCount() {}

  public static void main(String[] args) throws Exception {
    long records = Long.parseLong(args[0]);
    long keys = Long.parseLong(args[1]);
    int parallelism = Integer.parseInt(args[2]);
    int runs = Integer.parseInt(args[3]);
    StateBackend backend = args.length > 4 ? StateBackend.parse(args[4]) : StateBackend.HEAP;
    run(Math.max(1, records / 3), keys, parallelism, backend); // warm-up
    for (int i = 0; i < runs; i++) {
      Cost once = run(records, keys, parallelism, backend);
      Cost twice = run(2 * records, keys, parallelism, backend);
      System.out.printf(
          Locale.ROOT,
          "{\"peer\":\"millrace\",\"workload\":\"keyed-count\",\"variant\":\"parallelism=%d keys=%d backend=%s\",\"records\":%d,"
              + "\"wall_s\":%.3f,\"records_per_s\":%.0f,\"cpu_ns_per_record\":%.1f,\"steady_cpu_ns_per_record\":%.1f,"
              + "\"checksum\":\"%016x\",\"java\":\"%s\"}%n",
          parallelism,
          keys,
          backend,
          records,
          once.wallNanos / 1e9,
          records * 1e9 / once.wallNanos,
          (double) once.cpuNanos / records,
          (double) (twice.cpuNanos - once.cpuNanos) / records,
          once.checksum,
          System.getProperty("java.version"));
    }
  }

  private record Cost(long cpuNanos, long wallNanos, long checksum) {}

  private static Cost run(long records, long keys, int parallelism, StateBackend backend)
      throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    ChecksumSink.reset();
    long cpu = system.getProcessCpuTime();
    long wall = System.nanoTime();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(parallelism);
    env.setStateBackend(backend);
    env.fromSequence(0, records - 1)
        .map(i -> Generators.keyedValue(i, keys))
        .keyBy(KeyedValue::key)
        .process(new RunningSum())
        .uid("sum")
        .sinkTo(new ChecksumSink());
    env.execute("keyed-count");
    wall = System.nanoTime() - wall;
    cpu = system.getProcessCpuTime() - cpu;
    if (ChecksumSink.count() != records) {
      throw new IllegalStateException(
          ChecksumSink.count() + " of " + records + " records came out");
    }
    return new Cost(cpu, wall, ChecksumSink.checksum());
  }
}
