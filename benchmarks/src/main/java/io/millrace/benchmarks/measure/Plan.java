package io.millrace.benchmarks.measure;

import io.millrace.benchmarks.workload.Workload;
import io.millrace.core.config.MemorySize;
import io.millrace.core.state.StateBackend;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is to be measured.
 *
 * @param records of the measured runs: one line of results for each
 * @param warmUp records of the run before them; 0 for none
 * @param runs of each number of records
 * @param cache of RocksDB state; empty for the default
 * @param steady each run is followed by one of twice the records
 * @param taskManagers 1 is the in-process cluster
 */
public record Plan(
    Workload workload,
    List<Long> records,
    int parallelism,
    long keys,
    boolean tumbling,
    double recordsPerSecond,
    StateBackend backend,
    Optional<MemorySize> cache,
    Optional<Duration> checkpointInterval,
    boolean kill,
    int taskManagers,
    int runs,
    long warmUp,
    boolean steady) {
  public Plan {
    records = List.copyOf(records);
  }

  /** All but the sizes, for the column of that name. */
  public String variant() {
    StringBuilder text = new StringBuilder("parallelism=" + parallelism);
    if (workload.hasKeys()) {
      text.append(" keys=").append(shortened(keys));
    }
    if (workload == Workload.WINDOW && tumbling) {
      text.append(" tumbling");
    }
    if (workload == Workload.LATENCY) {
      text.append(" rate=").append(Math.round(recordsPerSecond));
    }
    if (backend != StateBackend.HEAP) {
      text.append(" backend=").append(backend);
    }
    cache.ifPresent(size -> text.append(" cache=").append(size.bytes() >> 20).append('m'));
    checkpointInterval.ifPresent(interval -> text.append(" cp=").append(interval.toMillis()));
    if (taskManagers > 1) {
      text.append(" tms=").append(taskManagers);
    }
    if (kill) {
      text.append(" kill");
    }
    return text.toString();
  }

  private static String shortened(long number) {
    if (number > 0 && number % 1_000_000 == 0) {
      return number / 1_000_000 + "M";
    }
    return number > 0 && number % 1000 == 0 ? number / 1000 + "k" : Long.toString(number);
  }
}
