package io.millrace.client.run;

import io.millrace.client.MillraceClient;
import io.millrace.client.RemoteJob;
import io.millrace.jobmanager.JobView;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobSubmissionException;
import io.millrace.runtime.submit.RunSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A program being run by {@code millrace run}: its {@code execute()} ends here. Jobs may be
 * submitted by any of the program's threads.
 */
public final class Submission implements JobTarget {
  private final MillraceClient client;
  private final Options options;
  private final Listener listener;
  private final List<JobHandle> submitted = new CopyOnWriteArrayList<>();

  /**
   * What the command line says.
   *
   * @param jar of the program, sent to the cluster with each job
   * @param parallelism of operators that set none
   * @param strictUids whether a job is refused that has state without a name for it
   */
  public record Options(
      Path jar,
      boolean detached,
      OptionalInt parallelism,
      Optional<String> savepoint,
      boolean allowDroppedState,
      boolean strictUids) {}

  /** Is told what happens; called by the program's threads and by those that watch jobs. */
  public interface Listener {
    void submitted(JobId job, String name);

    /** Called at each look at the job, whether or not something changed. */
    void seen(JobView job);
  }

  public Submission(MillraceClient client, Options options, Listener listener) {
    this.client = client;
    this.options = options;
    this.listener = listener;
  }

  /** Jobs that the program submitted, in order. */
  public List<JobHandle> submitted() {
    return List.copyOf(submitted);
  }

  @Override
  public boolean hasJobs() {
    return !submitted.isEmpty();
  }

  @Override
  public int parallelism() {
    return options
        .parallelism()
        .orElseGet(
            () -> Math.max(1, client.taskManagers().stream().mapToInt(tm -> tm.slots()).sum()));
  }

  @Override
  public JobHandle submit(JobGraph graph, RunSettings settings) {
    if (options.strictUids()) {
      requireUids(graph);
    }
    List<Path> jars = new ArrayList<>();
    jars.add(options.jar());
    jars.addAll(settings.jars());
    JobId id =
        client.submit(
            graph,
            jars,
            options.savepoint().or(settings::savepoint),
            options.allowDroppedState() || settings.allowDroppedState());
    listener.submitted(id, graph.name());
    JobHandle handle =
        options.detached()
            ? RemoteJob.detached(client, id, graph.name())
            : RemoteJob.watch(client, id, listener::seen);
    submitted.add(handle);
    return handle;
  }

  private static void requireUids(JobGraph graph) {
    List<String> nameless =
        graph.vertices().stream()
            .flatMap(vertex -> vertex.operators().stream())
            .filter(operator -> operator.stateful() && !operator.uidExplicit())
            .map(operator -> "'" + operator.name() + "'")
            .toList();
    if (!nameless.isEmpty()) {
      throw new JobSubmissionException(
          "Job '"
              + graph.name()
              + "' is refused, as --strict-uids asks: operators with state but without uid(...) or a"
              + " unique name(...): "
              + String.join(", ", nameless)
              + ". Their state could not be found again once the graph has changed");
    }
  }
}
