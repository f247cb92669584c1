package io.millrace.jobmanager.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.millrace.jobmanager.Dispatcher;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.JobView.CheckpointView;
import io.millrace.jobmanager.JobView.VertexView;
import io.millrace.jobmanager.TaskManagerView;
import io.millrace.runtime.id.JobId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Metrics of the cluster, its jobs and their operators, read from the dispatcher's views whenever
 * {@link #refresh} is called: before each scrape. Jobs that are over or forgotten have none. The
 * rates of operators are left to Prometheus: {@code rate(millrace_operator_records_in_total[1m])}.
 */
public final class JobManagerMetrics {
  private final Dispatcher dispatcher;
  private final MeterRegistry registry;

  /** The views of the last refresh; guarded by this. */
  private Map<JobId, JobView> jobs = Map.of();

  private final Map<JobId, JobMeters> meters = new HashMap<>();

  public JobManagerMetrics(Dispatcher dispatcher, MeterRegistry registry) {
    this.dispatcher = dispatcher;
    this.registry = registry;
    gauge("millrace.taskmanagers", "Registered TaskManagers", () -> taskManagers().size());
    gauge(
        "millrace.slots",
        "Slots of all TaskManagers",
        () -> taskManagers().stream().mapToInt(TaskManagerView::slots).sum());
    gauge(
        "millrace.slots.free",
        "Slots that run nothing",
        () -> taskManagers().stream().mapToInt(TaskManagerView::freeSlots).sum());
    for (JobView.Status status : JobView.Status.values()) {
      Gauge.builder("millrace.jobs", this, metrics -> metrics.count(status))
          .description("Jobs by status")
          .tag("status", status.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
  }

  private List<TaskManagerView> taskManagers() {
    return dispatcher.taskManagers();
  }

  private void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).strongReference(true).register(registry);
  }

  /** Looks at the jobs; what is scraped afterwards is of this moment. */
  public synchronized void refresh() {
    Map<JobId, JobView> now = new HashMap<>();
    for (JobView job : dispatcher.jobs()) {
      now.put(job.id(), job);
    }
    jobs = now;
    Iterator<Map.Entry<JobId, JobMeters>> known = meters.entrySet().iterator();
    while (known.hasNext()) {
      Map.Entry<JobId, JobMeters> entry = known.next();
      JobView job = now.get(entry.getKey());
      if (job == null || job.status().isTerminal()) {
        entry.getValue().made.forEach(registry::remove);
        known.remove();
      }
    }
    for (JobView job : now.values()) {
      if (!job.status().isTerminal()) {
        registerCounters(job, meters.computeIfAbsent(job.id(), id -> register(job)));
      }
    }
  }

  private synchronized double count(JobView.Status status) {
    return jobs.values().stream().filter(job -> job.status() == status).count();
  }

  private synchronized double of(JobId id, ToDoubleFunction<JobView> value) {
    JobView job = jobs.get(id);
    return job == null ? Double.NaN : value.applyAsDouble(job);
  }

  private JobMeters register(JobView job) {
    Tags tags = Tags.of("job", job.name(), "job_id", job.id().value());
    JobMeters of = new JobMeters(job.id(), tags, new ArrayList<>());
    of.counter("millrace.job.restarts", "Restarts after failures", JobView::restarts);
    of.counter(
        "millrace.job.checkpoints.completed",
        "Completed checkpoints",
        view -> view.checkpoints().completed());
    of.counter(
        "millrace.job.checkpoints.failed",
        "Failed checkpoints",
        view -> view.checkpoints().failed());
    of.gauge(
        "millrace.job.checkpoint.last.duration.seconds",
        "Duration of the latest completed checkpoint",
        view ->
            view.checkpoints()
                .latest()
                .map(CheckpointView::duration)
                .map(duration -> duration.toMillis() / 1000.0)
                .orElse(Double.NaN));
    of.gauge(
        "millrace.job.checkpoint.last.bytes",
        "Size of the latest completed checkpoint",
        view ->
            view.checkpoints()
                .latest()
                .map(CheckpointView::bytes)
                .map(Long::doubleValue)
                .orElse(Double.NaN));
    for (VertexView vertex : job.vertices()) {
      register(vertex, of);
    }
    return of;
  }

  private void register(VertexView vertex, JobMeters job) {
    int index = vertex.index();
    JobMeters of = new JobMeters(job.id, job.tags.and(operator(vertex)), job.made);
    of.counter(
        "millrace.operator.records.in",
        "Records that came in, since the last restart",
        view -> view.vertices().get(index).recordsIn());
    of.counter(
        "millrace.operator.records.out",
        "Records that went out, since the last restart",
        view -> view.vertices().get(index).recordsOut());
    of.gauge(
        "millrace.operator.busy",
        "Share of time spent working",
        view -> view.vertices().get(index).busy());
    of.gauge(
        "millrace.operator.backpressured",
        "Share of time spent waiting for room downstream",
        view -> view.vertices().get(index).backpressured());
    of.gauge(
        "millrace.operator.idle",
        "Share of time spent waiting for input",
        view -> view.vertices().get(index).idle());
    of.gauge(
        "millrace.operator.step.longest.seconds",
        "Longest step of any subtask since the last restart",
        view -> seconds(view.vertices().get(index).steps().longest()));
    of.gauge(
        "millrace.operator.step.longest.recent.seconds",
        "Longest step of any subtask in the last 30 to 60 seconds in which it ran",
        view -> seconds(view.vertices().get(index).steps().longestRecent()));
    of.gauge(
        "millrace.operator.watermark.seconds",
        "Lowest watermark of the subtasks, seconds since 1970",
        view -> {
          long watermark = view.vertices().get(index).watermark();
          return watermark == Long.MIN_VALUE ? Double.NaN : watermark / 1000.0;
        });
  }

  /** The operators' own counters, such as lateRecordsDropped: they come when they come. */
  private void registerCounters(JobView job, JobMeters all) {
    for (VertexView vertex : job.vertices()) {
      int index = vertex.index();
      for (String name : vertex.counters().keySet()) {
        if (all.counters.add(index + "/" + name)) {
          Tags tags = all.tags.and(operator(vertex)).and("counter", name);
          new JobMeters(all.id, tags, all.made)
              .counter(
                  "millrace.operator.counter",
                  "Named counters of the operators",
                  view -> view.vertices().get(index).counters().getOrDefault(name, 0L));
        }
      }
    }
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static Tags operator(VertexView vertex) {
    return Tags.of("operator", vertex.name(), "vertex", Integer.toString(vertex.index()));
  }

  /** Makes the meters of one job. */
  private final class JobMeters {
    private final JobId id;
    private final Tags tags;
    private final List<Meter> made;
    private final Set<String> counters = new HashSet<>();

    JobMeters(JobId id, Tags tags, List<Meter> made) {
      this.id = id;
      this.tags = tags;
      this.made = made;
    }

    void counter(String name, String description, ToDoubleFunction<JobView> value) {
      made.add(
          FunctionCounter.builder(name, JobManagerMetrics.this, metrics -> metrics.of(id, value))
              .description(description)
              .tags(tags)
              .register(registry));
    }

    void gauge(String name, String description, ToDoubleFunction<JobView> value) {
      made.add(
          Gauge.builder(name, JobManagerMetrics.this, metrics -> metrics.of(id, value))
              .description(description)
              .tags(tags)
              .register(registry));
    }
  }
}
