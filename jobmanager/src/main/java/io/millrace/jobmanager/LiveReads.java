package io.millrace.jobmanager;

import io.millrace.jobmanager.StateQueryException.Kind;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.scheduler.ExecutionState;
import io.millrace.runtime.scheduler.JobStatus;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.StateHandles.Blob;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/** Questions to subtasks of a job that wait for their answers. Owned by the job's thread. */
final class LiveReads {
  /** A subtask whose function blocks answers none. */
  static final long PATIENCE_MILLIS = 10_000;

  private final JobId job;
  private final BiConsumer<TaskManagerId, ToTaskManager> send;
  private final Map<Long, Read> waiting = new TreeMap<>();
  private long last;

  LiveReads(JobId job, BiConsumer<TaskManagerId, ToTaskManager> send) {
    this.job = job;
    this.send = send;
  }

  /** One question. Its answer is for any thread. */
  static final class Read {
    private final StateQuery query;
    private final QueriedKey key;
    private final CompletableFuture<Optional<RawState>> answer = new CompletableFuture<>();
    private long number;

    Read(StateQuery query, QueriedKey key) {
      this.query = query;
      this.key = key;
    }

    CompletionStage<Optional<RawState>> answer() {
      return answer;
    }

    void fail(String why) {
      answer.completeExceptionally(
          new StateQueryException(
              Kind.NOT_NOW, why, "Ask again later, or the last checkpoint (without 'live')"));
    }
  }

  /** Sends it to the subtask that owns the key. */
  void ask(Read read, JobSnapshot now) {
    if (now.status() != JobStatus.RUNNING) {
      read.fail(notRunning(now));
      return;
    }
    int vertex = read.key.vertex().index();
    List<ExecutionState.Placed> subtasks =
        now.attempts().stream()
            .filter(placed -> placed.attempt().subtask().vertex() == vertex)
            .toList();
    // A job that has fewer slots than it asked for runs smaller.
    int owner =
        KeyGroups.subtaskOf(read.key.group(), subtasks.size(), read.key.vertex().maxParallelism());
    for (ExecutionState.Placed placed : subtasks) {
      AttemptId attempt = placed.attempt();
      if (attempt.subtask().index() == owner) {
        read.number = ++last;
        waiting.put(read.number, read);
        send.accept(
            placed.taskManager(),
            new ToTaskManager.ReadState(
                attempt,
                read.number,
                read.query.uid(),
                read.query.state(),
                new Blob(0, read.key.encoded())));
        return;
      }
    }
    read.fail("No subtask of job " + job + " owns the key");
  }

  void answered(ToJobManager.StateRead answer) {
    Read read = waiting.remove(answer.request());
    if (read == null) {
      return; // given up
    }
    if (answer.failure().isPresent()) {
      read.answer.completeExceptionally(
          new StateQueryException(
              Kind.NOT_FOUND,
              "State '"
                  + read.query.state()
                  + "' of operator "
                  + read.query.uid()
                  + " can't be read live: "
                  + answer.failure().get(),
              "Ask the last checkpoint (without 'live') for timers and windows"));
    } else {
      read.answer.complete(answer.found());
    }
  }

  void giveUp(Read read) {
    if (waiting.remove(read.number, read)) {
      read.fail(
          "The subtask that owns the key did not answer within "
              + PATIENCE_MILLIS / 1_000
              + " s: it may have just been restarted, or a function of it blocks");
    }
  }

  /** Subtasks of an execution that is over answer no more. */
  void failUnlessRunning(JobSnapshot now) {
    if (now.status() != JobStatus.RUNNING && !waiting.isEmpty()) {
      waiting.values().forEach(read -> read.fail(notRunning(now)));
      waiting.clear();
    }
  }

  private String notRunning(JobSnapshot now) {
    return "Job "
        + job
        + " is "
        + now.status()
        + now.detail().map(detail -> ": " + detail).orElse("");
  }
}
