package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.StateHandles;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts the acknowledgements of all subtasks together into a checkpoint's metadata. */
final class MetadataAssembly {
  private MetadataAssembly() {}

  static CheckpointMetadata assemble(JobId job, JobGraph graph, PendingCheckpoint pending) {
    List<OperatorState> operators = new ArrayList<>();
    for (JobVertex vertex : graph.vertices()) {
      List<Map<String, StateHandles>> subtasks = new ArrayList<>();
      for (Map.Entry<AttemptId, Map<String, StateHandles>> entry :
          pending.acknowledged.entrySet()) { // sorted: by vertex, then by subtask
        if (entry.getKey().subtask().vertex() == vertex.index()) {
          subtasks.add(entry.getValue());
        }
      }
      for (OperatorNode operator : vertex.operators()) {
        operators.add(
            new OperatorState(
                operator.uid(),
                operator.uidExplicit(),
                operator.name(),
                vertex.maxParallelism(),
                subtasks.stream()
                    .map(state -> state.getOrDefault(operator.uid(), StateHandles.EMPTY))
                    .toList(),
                operator.kind() == OperatorNode.Kind.SOURCE
                    ? Optional.ofNullable(pending.enumerators.get(vertex.index()))
                    : Optional.empty()));
      }
    }
    operators.sort(Comparator.comparing(OperatorState::uid));
    return new CheckpointMetadata(
        job,
        pending.id,
        pending.kind().isSavepoint(),
        pending.directory,
        pending.startedMillis,
        GraphFingerprint.of(graph),
        operators);
  }
}
