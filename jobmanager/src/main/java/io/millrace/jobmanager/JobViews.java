package io.millrace.jobmanager;

import io.millrace.runtime.checkpoint.CheckpointRecord;
import io.millrace.runtime.checkpoint.CheckpointShare;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.scheduler.ExecutionState;
import io.millrace.runtime.scheduler.FailureEntry;
import io.millrace.runtime.scheduler.StoredJob;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes the views that people and REST see. */
final class JobViews {
  private JobViews() {}

  static JobView of(
      StoredJob stored, JobGraph graph, JobSnapshot snapshot, TaskMetricsBook metrics) {
    List<JobView.VertexView> vertices = new ArrayList<>();
    for (JobVertex vertex : graph.vertices()) {
      vertices.add(vertex(graph, vertex, snapshot.attempts(), metrics));
    }
    return new JobView(
        stored.id(),
        graph.name(),
        JobView.Status.valueOf(snapshot.status().name()),
        snapshot.detail(),
        Instant.ofEpochMilli(stored.submittedMillis()),
        snapshot.ended().map(Instant::ofEpochMilli),
        snapshot.restarts(),
        vertices,
        checkpoints(snapshot.checkpoints()),
        snapshot.failures().stream().map(JobViews::exception).toList());
  }

  /** Of a job that had ended before this JobManager started: little is known. */
  static JobView ofEnded(StoredJob stored, JobGraph graph) {
    StoredJob.Ending ending = stored.ending().orElseThrow();
    List<JobView.ExceptionView> exceptions =
        ending.detail().isEmpty()
            ? List.of()
            : List.of(
                new JobView.ExceptionView(
                    Instant.ofEpochMilli(ending.millis()),
                    ending.detail(),
                    "",
                    Optional.empty(),
                    Optional.empty(),
                    true));
    return new JobView(
        stored.id(),
        graph.name(),
        JobView.Status.valueOf(ending.status().name()),
        Optional.of(ending.detail()).filter(text -> !text.isEmpty()),
        Instant.ofEpochMilli(stored.submittedMillis()),
        Optional.of(Instant.ofEpochMilli(ending.millis())),
        0,
        List.of(),
        new JobView.CheckpointsView(0, 0, 0, Optional.empty(), Optional.empty(), List.of()),
        exceptions);
  }

  private static JobView.VertexView vertex(
      JobGraph graph,
      JobVertex vertex,
      List<ExecutionState.Placed> placed,
      TaskMetricsBook metrics) {
    List<ExecutionState.Placed> own =
        placed.stream().filter(p -> p.attempt().subtask().vertex() == vertex.index()).toList();
    Map<String, Integer> byState = new TreeMap<>();
    own.forEach(p -> byState.merge(p.state().name(), 1, Integer::sum));
    TaskMetricsBook.Summary summary =
        metrics.summary(own.stream().map(ExecutionState.Placed::attempt).toList());
    return new JobView.VertexView(
        vertex.index(),
        vertex.name(),
        own.isEmpty() ? vertex.parallelism() : own.size(),
        vertex.operators().stream().map(OperatorNode::name).toList(),
        graph.inputsOf(vertex.index()).stream().map(JobEdge::sourceVertex).distinct().toList(),
        byState,
        summary.recordsIn(),
        summary.recordsOut(),
        summary.recordsInPerSecond(),
        summary.recordsOutPerSecond(),
        summary.shares().busy(),
        summary.shares().backpressured(),
        summary.shares().idle(),
        summary.steps(),
        summary.watermark(),
        summary.counters(),
        own.stream().map(p -> p.taskManager().value()).distinct().sorted().toList());
  }

  private static JobView.CheckpointsView checkpoints(JobSnapshot.Checkpoints checkpoints) {
    List<JobView.CheckpointView> history =
        checkpoints.history().stream().map(JobViews::checkpoint).toList();
    String completed = CheckpointRecord.Status.COMPLETED.name();
    return new JobView.CheckpointsView(
        checkpoints.completed(),
        checkpoints.failed(),
        checkpoints.history().stream()
            .filter(record -> record.status() == CheckpointRecord.Status.IN_PROGRESS)
            .count(),
        history.stream().filter(view -> view.status().equals(completed)).findFirst(),
        checkpoints.restoredFrom().map(CheckpointId::value),
        history);
  }

  private static JobView.CheckpointView checkpoint(CheckpointRecord record) {
    return new JobView.CheckpointView(
        record.id().value(),
        record.kind().isSavepoint(),
        record.status().name(),
        Instant.ofEpochMilli(record.triggeredMillis()),
        Duration.ofMillis(record.durationMillis()),
        record.bytes(),
        record.unaligned(),
        record.channelBytes(),
        record.location().orElse(""),
        record.failure(),
        record.shares().stream().map(JobViews::share).toList());
  }

  private static JobView.CheckpointShareView share(CheckpointShare share) {
    return new JobView.CheckpointShareView(
        share.vertex(),
        share.name(),
        share.acknowledged(),
        share.subtasks(),
        Duration.ofNanos(share.longest().alignmentNanos()),
        Duration.ofNanos(share.longest().syncNanos()),
        Duration.ofNanos(share.longest().asyncNanos()),
        share.bytes(),
        share.longest().unaligned(),
        share.channelBytes());
  }

  private static JobView.ExceptionView exception(FailureEntry failure) {
    return new JobView.ExceptionView(
        Instant.ofEpochMilli(failure.timeMillis()),
        failure.summary(),
        failure.stackTrace(),
        failure.subtask().map(SubtaskId::toString),
        failure.taskManager().map(TaskManagerId::value),
        failure.rootCause());
  }
}
