package io.millrace.runtime.checkpoint;

import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.state.StateHandles;
import java.util.ArrayList;
import java.util.List;

/**
 * What the subtasks of one vertex had to do with a checkpoint.
 *
 * @param acknowledged how many of them are done
 * @param longest times of the slowest, each by itself
 * @param bytes of all of them
 * @param channelBytes the part that is records in flight
 */
public record CheckpointShare(
    int vertex,
    String name,
    int acknowledged,
    int subtasks,
    CheckpointTimings longest,
    long bytes,
    long channelBytes) {
  /** One a vertex, as far as its subtasks have acknowledged. */
  static List<CheckpointShare> of(JobGraph graph, PendingCheckpoint checkpoint) {
    List<CheckpointShare> shares = new ArrayList<>();
    for (JobVertex vertex : graph.vertices()) {
      int[] acknowledged = {0};
      CheckpointTimings[] longest = {CheckpointTimings.NONE};
      checkpoint.timings.forEach(
          (attempt, timings) -> {
            if (attempt.subtask().vertex() == vertex.index()) {
              acknowledged[0]++;
              longest[0] = longest[0].max(timings);
            }
          });
      List<StateHandles> handles =
          checkpoint.acknowledged.entrySet().stream()
              .filter(entry -> entry.getKey().subtask().vertex() == vertex.index())
              .flatMap(entry -> entry.getValue().values().stream())
              .toList();
      long waiting =
          checkpoint.unacknowledged.stream()
              .filter(attempt -> attempt.subtask().vertex() == vertex.index())
              .count();
      shares.add(
          new CheckpointShare(
              vertex.index(),
              vertex.name(),
              acknowledged[0],
              acknowledged[0] + (int) waiting,
              longest[0],
              handles.stream().mapToLong(StateHandles::sizeInBytes).sum(),
              handles.stream().mapToLong(StateHandles::channelBytes).sum()));
    }
    return shares;
  }
}
