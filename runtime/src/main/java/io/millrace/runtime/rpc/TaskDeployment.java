package io.millrace.runtime.rpc;

import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.EdgeId;
import io.millrace.runtime.state.StateHandles;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All a TaskManager needs to run one subtask.
 *
 * @param inputs one per edge into the vertex
 * @param outputs one per edge out of the vertex
 * @param restore state by operator uid; empty on a fresh start
 * @param restoredFrom the checkpoint it is from
 */
public record TaskDeployment(
    AttemptId attempt,
    String jobName,
    JobVertex vertex,
    List<Input> inputs,
    List<Output> outputs,
    CheckpointSettings checkpoints,
    List<String> jars,
    Map<String, StateHandles> restore,
    Optional<CheckpointId> restoredFrom) {
  public TaskDeployment {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    jars = List.copyOf(jars);
    restore = Map.copyOf(restore);
  }

  /**
   * An edge into the subtask.
   *
   * @param id what its records in flight are known by in snapshots
   * @param producers where each connected producer runs, ascending by producer
   */
  public record Input(JobEdge edge, EdgeId id, int producerParallelism, List<Peer> producers) {
    public Input {
      producers = List.copyOf(producers);
    }
  }

  /**
   * An edge out of the subtask.
   *
   * @param consumers where each connected consumer runs, ascending by consumer
   */
  public record Output(
      JobEdge edge, int consumerParallelism, int consumerMaxParallelism, List<Peer> consumers) {
    public Output {
      consumers = List.copyOf(consumers);
    }
  }

  /**
   * The other end of a channel.
   *
   * @param subtask index of the producer or consumer
   * @param taskManager id of the process it runs in
   * @param host and {@code dataPort}: where that process serves the exchange
   */
  public record Peer(int subtask, String taskManager, String host, int dataPort) {}
}
