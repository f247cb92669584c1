package io.millrace.jobmanager;

import io.millrace.runtime.id.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A job at a moment.
 *
 * @param detail why it has this status, or what it waits for
 * @param restarts how often it was restarted
 * @param exceptions newest first, a bounded number
 */
public record JobView(
    JobId id,
    String name,
    Status status,
    Optional<String> detail,
    Instant submitted,
    Optional<Instant> finished,
    int restarts,
    List<VertexView> vertices,
    CheckpointsView checkpoints,
    List<ExceptionView> exceptions) {

  /** Life of a job. */
  public enum Status {
    CREATED,
    WAITING_FOR_SLOTS,
    DEPLOYING,
    RUNNING,
    RESTARTING,
    CANCELLING,
    FINISHED,
    CANCELED,
    FAILED;

    public boolean isTerminal() {
      return this == FINISHED || this == CANCELED || this == FAILED;
    }
  }

  /**
   * A vertex of the graph.
   *
   * @param operators names of its chained operators
   * @param inputs indexes of the vertices it reads from
   * @param recordsIn total since start of the current execution, as all counts here
   * @param watermark lowest over the subtasks, milliseconds; {@link Long#MIN_VALUE} for none
   * @param busy share of time, 0 to 1, over the last interval; so are {@code backpressured} and
   *     {@code idle}
   * @param steps how long its subtasks let others wait
   * @param counters named counters of the operators, summed over subtasks, such as {@code
   *     lateRecordsDropped}
   */
  public record VertexView(
      int index,
      String name,
      int parallelism,
      List<String> operators,
      List<Integer> inputs,
      Map<String, Integer> subtasksByState,
      long recordsIn,
      long recordsOut,
      double recordsInPerSecond,
      double recordsOutPerSecond,
      double busy,
      double backpressured,
      double idle,
      Steps steps,
      long watermark,
      Map<String, Long> counters,
      List<String> taskManagers) {}

  /**
   * The longest steps of a vertex's subtasks: while a subtask is stepped, neither a barrier nor
   * another subtask gets the thread. What the Java machine and the system were paused is in them.
   *
   * @param longest since the start of the current execution, compiling and class loading included
   * @param longestRecent of the last 30 to 60 seconds in which the subtask ran
   */
  public record Steps(Duration longest, Duration longestRecent) {
    public static final Steps NONE = new Steps(Duration.ZERO, Duration.ZERO);
  }

  /** Checkpoints of the job. */
  public record CheckpointsView(
      long completed,
      long failed,
      long inProgress,
      Optional<CheckpointView> latest,
      Optional<Long> restoredFrom,
      List<CheckpointView> history) {}

  /**
   * One checkpoint.
   *
   * @param unaligned whether a barrier has overtaken records in some subtask
   * @param channelBytes the part of the bytes that is records in flight
   * @param shares of the vertices, by index
   */
  public record CheckpointView(
      long id,
      boolean savepoint,
      String status,
      Instant triggered,
      Duration duration,
      long bytes,
      boolean unaligned,
      long channelBytes,
      String location,
      Optional<String> failure,
      List<CheckpointShareView> shares) {}

  /**
   * What the subtasks of one vertex had to do with a checkpoint; times of the slowest, each by
   * itself.
   *
   * @param acknowledged how many of them are done
   * @param alignment from the first barrier to the last
   * @param sync taking the cut, while no record is processed
   * @param async from the cut to the acknowledgement, beside the records
   * @param unaligned whether a barrier has overtaken records in some subtask
   * @param channelBytes the part of the bytes that is records in flight
   */
  public record CheckpointShareView(
      int vertex,
      String name,
      int acknowledged,
      int subtasks,
      Duration alignment,
      Duration sync,
      Duration async,
      long bytes,
      boolean unaligned,
      long channelBytes) {}

  /**
   * A failure and where it came from.
   *
   * @param rootCause false for one that followed from another, or came while that was being handled
   */
  public record ExceptionView(
      Instant time,
      String summary,
      String stackTrace,
      Optional<String> subtask,
      Optional<String> taskManager,
      boolean rootCause) {}

  /**
   * What the latest failover, or the end, was about; the newest failure if none is known for it.
   */
  public Optional<ExceptionView> rootCause() {
    return exceptions.stream()
        .filter(ExceptionView::rootCause)
        .findFirst()
        .or(() -> exceptions.stream().findFirst());
  }
}
