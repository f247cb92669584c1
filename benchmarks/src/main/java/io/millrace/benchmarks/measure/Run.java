package io.millrace.benchmarks.measure;

import java.time.Duration;
import java.util.Optional;

/**
 * One run of a job.
 *
 * @param wallNanos from submission to the end, the job's start included
 * @param cpuNanos of all processes, collector, compiler and control plane included, without what it
 *     cost to measure the pauses
 * @param allocated bytes, of all Java threads that were alive at the end
 * @param emitted records that came to the sink
 * @param longestStep of any subtask, as of its last heartbeat; pauses of the Java machine included
 * @param pauses of the machine itself meanwhile, where latencies are measured
 * @param plainCpuNanos of the same work as a plain loop, where that is measured beside it
 */
record Run(
    long records,
    long wallNanos,
    long cpuNanos,
    long gcMillis,
    long allocated,
    long emitted,
    long checksum,
    Duration longestStep,
    Optional<Latencies> latencies,
    Optional<Latencies> pauses,
    Optional<Recovery> recovery,
    Optional<Long> plainCpuNanos) {
  double recordsPerSecond() {
    return records * 1e9 / wallNanos;
  }

  double cpuNanosPerRecord() {
    return (double) cpuNanos / records;
  }

  /** From the failure to the restored subtasks; milliseconds. */
  record Recovery(double open, double firstRecord, double lastSubtasksFirstRecord) {}
}
