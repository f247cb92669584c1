package io.millrace.jobmanager;

import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.rpc.ToJobManager.TaskMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * What the subtasks of one job have counted, as of their latest heartbeats. Safe for use by any
 * thread.
 */
final class TaskMetricsBook {
  private final ConcurrentHashMap<AttemptId, Samples> byAttempt = new ConcurrentHashMap<>();

  /** The latest counts and those before, with the monotone time of each. */
  private record Samples(
      TaskMetrics latest, long nanos, Optional<TaskMetrics> before, long nanosBefore) {
    double perSecond(ToLongFunction<TaskMetrics> count) {
      if (before.isEmpty() || nanos <= nanosBefore) {
        return 0;
      }
      return (count.applyAsLong(latest) - count.applyAsLong(before.get()))
          * 1e9
          / (nanos - nanosBefore);
    }

    /** Share of the time since the sample before that was spent so. */
    double share(ToLongFunction<TaskMetrics> part) {
      long whole =
          since(TaskMetrics::busyNanos)
              + since(TaskMetrics::backpressuredNanos)
              + since(TaskMetrics::idleNanos);
      return whole <= 0 ? 0 : Math.max(0, Math.min(1, (double) since(part) / whole));
    }

    private long since(ToLongFunction<TaskMetrics> count) {
      return count.applyAsLong(latest) - before.map(count::applyAsLong).orElse(0L);
    }
  }

  /** Counts of a vertex's subtasks together; see {@link JobView.VertexView}. */
  record Summary(
      long recordsIn,
      long recordsOut,
      double recordsInPerSecond,
      double recordsOutPerSecond,
      Shares shares,
      JobView.Steps steps,
      long watermark,
      Map<String, Long> counters) {}

  /** Shares of time, 0 to 1, averaged over the subtasks. */
  record Shares(double busy, double backpressured, double idle) {}

  void record(TaskMetrics metrics, long nanos) {
    byAttempt.merge(
        metrics.attempt(),
        new Samples(metrics, nanos, Optional.empty(), nanos),
        (known, fresh) -> new Samples(metrics, nanos, Optional.of(known.latest()), known.nanos()));
  }

  /** Forgets the subtasks of former executions. */
  void retain(Predicate<AttemptId> current) {
    byAttempt.keySet().removeIf(attempt -> !current.test(attempt));
  }

  Summary summary(Collection<AttemptId> attempts) {
    List<Samples> samples = new ArrayList<>();
    for (AttemptId attempt : attempts) {
      Samples known = byAttempt.get(attempt);
      if (known != null) {
        samples.add(known);
      }
    }
    Map<String, Long> counters = new TreeMap<>();
    for (Samples sample : samples) {
      sample.latest().counters().forEach((name, count) -> counters.merge(name, count, Long::sum));
    }
    return new Summary(
        samples.stream().mapToLong(s -> s.latest().recordsIn()).sum(),
        samples.stream().mapToLong(s -> s.latest().recordsOut()).sum(),
        samples.stream().mapToDouble(s -> s.perSecond(TaskMetrics::recordsIn)).sum(),
        samples.stream().mapToDouble(s -> s.perSecond(TaskMetrics::recordsOut)).sum(),
        new Shares(
            average(samples, TaskMetrics::busyNanos),
            average(samples, TaskMetrics::backpressuredNanos),
            average(samples, TaskMetrics::idleNanos)),
        new JobView.Steps(
            most(samples, TaskMetrics::longestStepNanos),
            most(samples, TaskMetrics::longestRecentStepNanos)),
        samples.size() < attempts.size()
            ? Long.MIN_VALUE
            : samples.stream().mapToLong(s -> s.latest().watermark()).min().orElse(Long.MIN_VALUE),
        counters);
  }

  private static Duration most(List<Samples> samples, ToLongFunction<TaskMetrics> nanos) {
    return Duration.ofNanos(
        samples.stream().mapToLong(s -> nanos.applyAsLong(s.latest())).max().orElse(0));
  }

  private static double average(List<Samples> samples, ToLongFunction<TaskMetrics> part) {
    return samples.stream().mapToDouble(s -> s.share(part)).average().orElse(0);
  }
}
