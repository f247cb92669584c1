package io.millrace.runtime.rpc;

import io.millrace.core.function.PermanentFailure;
import io.millrace.runtime.checkpoint.CheckpointTimings;
import io.millrace.runtime.exchange.netty.ExchangeException;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.state.CorruptStateException;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.StateHandles;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a TaskManager tells its JobManager, in order, on the one stream between them. */
public sealed interface ToJobManager {
  /**
   * First message of a connection. The report of running attempts is the truth (invariant SL2).
   *
   * @param build version and format of the sender; another one is refused
   */
  record Register(
      TaskManagerId taskManager,
      String host,
      int dataPort,
      int metricsPort,
      int slots,
      long processId,
      String build,
      List<AttemptId> running)
      implements ToJobManager {
    public Register {
      running = List.copyOf(running);
    }
  }

  /** Sent at an interval, with what the subtasks have counted. */
  record Heartbeat(List<TaskMetrics> metrics) implements ToJobManager {
    public Heartbeat {
      metrics = List.copyOf(metrics);
    }
  }

  /** What one subtask says. */
  sealed interface OfSubtask extends ToJobManager {
    AttemptId attempt();
  }

  /** A subtask's life. */
  record TaskStateChanged(AttemptId attempt, TaskState state, Optional<TaskFailure> failure)
      implements OfSubtask {}

  /**
   * All operators of the subtask have snapshotted; handles by operator uid (invariant CC4: key is
   * checkpoint and attempt).
   */
  record AckCheckpoint(
      AttemptId attempt,
      CheckpointId checkpoint,
      Map<String, StateHandles> state,
      CheckpointTimings timings)
      implements OfSubtask {
    public AckCheckpoint {
      state = Map.copyOf(state);
    }
  }

  record DeclineCheckpoint(AttemptId attempt, CheckpointId checkpoint, String reason)
      implements OfSubtask {}

  /** A source reader has opened (and restored): the enumerator may assign. */
  record ReaderOpened(AttemptId attempt) implements OfSubtask {}

  record SplitRequested(AttemptId attempt) implements OfSubtask {}

  /** The reader has taken all enumerator messages up to this sequence (invariant S3). */
  record SplitsReceived(AttemptId attempt, long sequence) implements OfSubtask {}

  /**
   * What {@link ToTaskManager.ReadState} asked for.
   *
   * @param found empty if the key has nothing
   * @param failure why it can't be read
   */
  record StateRead(
      AttemptId attempt, long request, Optional<RawState> found, Optional<String> failure)
      implements OfSubtask {}

  /** Lifecycle of a subtask as its TaskManager sees it. */
  enum TaskState {
    DEPLOYING,
    /** State is restored, functions are open, records flow. */
    RUNNING,
    /** All input was processed and flushed; waits for the final checkpoint (invariant CC13). */
    END_OF_DATA,
    FINISHED,
    CANCELED,
    FAILED;

    public boolean isTerminal() {
      return this == FINISHED || this == CANCELED || this == FAILED;
    }
  }

  /**
   * Why a subtask failed, as text: a user's exception class must not be needed to read it.
   *
   * @param summary one line: operator, what happened, remedy
   * @param stackTrace for the logs and the exceptions page
   * @param kind whether a restart could help
   */
  record TaskFailure(String summary, String stackTrace, FailureKind kind) {
    public TaskFailure(String summary, String stackTrace) {
      this(summary, stackTrace, FailureKind.TRANSIENT);
    }

    /** Whether a restart would only fail again, so that there is none. */
    public boolean isPermanent() {
      return kind == FailureKind.PERMANENT || kind == FailureKind.UNREADABLE_STATE;
    }
  }

  /** What a failure says of the next try. */
  enum FailureKind {
    /** The restart strategy decides. */
    TRANSIENT,
    /** Trying again is pointless. */
    PERMANENT,
    /** The same, because what the job is restored from can't be read. */
    UNREADABLE_STATE,
    /**
     * Transient; follows from the end of another subtask or process, whose own word may come later.
     */
    CONSEQUENCE;

    /** What the exceptions of a chain say: one that is permanent before one that is not. */
    public static FailureKind of(Throwable failure) {
      boolean follows = false;
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof CorruptStateException) {
          return UNREADABLE_STATE;
        }
        if (cause instanceof PermanentFailure known && known.isPermanent()) {
          return PERMANENT;
        }
        follows |= cause instanceof ExchangeException exchange && exchange.followsFromPeer();
      }
      return follows ? CONSEQUENCE : TRANSIENT;
    }
  }

  /**
   * Counts of one subtask since it started; times in nanoseconds; watermark in milliseconds.
   *
   * @param longestStepNanos of one step, in which the subtask's thread did nothing else: what a
   *     barrier may have had to wait for; pauses of the Java machine and the system included
   * @param longestRecentStepNanos the same of the last 30 to 60 seconds before its last step
   */
  record TaskMetrics(
      AttemptId attempt,
      long recordsIn,
      long recordsOut,
      long bytesOut,
      long busyNanos,
      long backpressuredNanos,
      long idleNanos,
      long longestStepNanos,
      long longestRecentStepNanos,
      long watermark,
      Map<String, Long> counters) {
    public TaskMetrics {
      counters = Map.copyOf(counters);
    }
  }
}
