package io.millrace.runtime.scheduler;

import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The attempts of one execution, all of one number, and how far each is. Owned by the job's thread.
 */
public final class ExecutionState {
  private final Map<SubtaskId, Placed> attempts = new TreeMap<>();

  /**
   * An attempt and where it runs.
   *
   * @param state as last heard; CANCELED also if its TaskManager was lost
   */
  public record Placed(AttemptId attempt, TaskManagerId taskManager, TaskState state) {}

  void add(AttemptId attempt, TaskManagerId taskManager) {
    attempts.put(attempt.subtask(), new Placed(attempt, taskManager, TaskState.DEPLOYING));
  }

  /** By vertex and subtask. */
  public List<Placed> attempts() {
    return List.copyOf(attempts.values());
  }

  /** The attempt, if it is of this execution and placed on this TaskManager. */
  Optional<Placed> find(AttemptId attempt, TaskManagerId taskManager) {
    return find(attempt).filter(placed -> placed.taskManager().equals(taskManager));
  }

  Optional<Placed> find(AttemptId attempt) {
    return Optional.ofNullable(attempts.get(attempt.subtask()))
        .filter(placed -> placed.attempt().equals(attempt));
  }

  /**
   * Takes a change of state; a subtask never goes back.
   *
   * @return whether anything changed
   */
  boolean update(AttemptId attempt, TaskState state) {
    Placed placed = find(attempt).orElseThrow();
    if (placed.state().isTerminal() || state.compareTo(placed.state()) <= 0) {
      return false;
    }
    attempts.put(attempt.subtask(), new Placed(attempt, placed.taskManager(), state));
    return true;
  }

  /**
   * Nothing of this TaskManager runs any more.
   *
   * @return the attempts that had not ended
   */
  List<AttemptId> lose(TaskManagerId taskManager) {
    return loseAllBut(taskManager, List.of());
  }

  /** The same, but these still run. */
  List<AttemptId> loseAllBut(TaskManagerId taskManager, List<AttemptId> running) {
    List<AttemptId> lost = new ArrayList<>();
    for (Placed placed : attempts()) {
      if (placed.taskManager().equals(taskManager)
          && !placed.state().isTerminal()
          && !running.contains(placed.attempt())) {
        update(placed.attempt(), TaskState.CANCELED);
        lost.add(placed.attempt());
      }
    }
    return lost;
  }

  boolean all(Predicate<TaskState> condition) {
    return attempts.values().stream().allMatch(placed -> condition.test(placed.state()));
  }

  boolean allStarted() {
    return all(state -> state == TaskState.RUNNING || state == TaskState.END_OF_DATA);
  }

  boolean allEnded() {
    return all(TaskState::isTerminal);
  }
}
