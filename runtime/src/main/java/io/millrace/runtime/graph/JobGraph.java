package io.millrace.runtime.graph;

import io.millrace.runtime.id.EdgeId;
import java.util.List;

/**
 * A job as the cluster sees it: chains, exchanges and settings, with user code as opaque bytes.
 *
 * @param jars keys of the job's jars in the blob store, in class path order; empty in the
 *     in-process cluster
 */
public record JobGraph(
    String name,
    List<JobVertex> vertices,
    List<JobEdge> edges,
    CheckpointSettings checkpoints,
    RestartSettings restarts,
    List<String> jars) {
  public JobGraph {
    vertices = List.copyOf(vertices);
    edges = List.copyOf(edges);
    jars = List.copyOf(jars);
    for (int i = 0; i < vertices.size(); i++) {
      if (vertices.get(i).index() != i) {
        throw new IllegalArgumentException(
            "Vertex " + vertices.get(i).name() + " is not at its index");
      }
    }
  }

  public List<JobEdge> inputsOf(int vertex) {
    return edges.stream().filter(edge -> edge.targetVertex() == vertex).toList();
  }

  public List<JobEdge> outputsOf(int vertex) {
    return edges.stream().filter(edge -> edge.sourceVertex() == vertex).toList();
  }

  public EdgeId idOf(JobEdge edge) {
    String source = vertices.get(edge.sourceVertex()).operators().get(edge.sourceOperator()).uid();
    return new EdgeId(source, edge.tag(), edge.targetInput());
  }

  public boolean hasTransactionalSink() {
    return vertices.stream()
        .flatMap(vertex -> vertex.operators().stream())
        .anyMatch(operator -> operator.kind() == OperatorNode.Kind.TRANSACTIONAL_SINK);
  }

  /** Slots it needs: with slot sharing, one subtask of each vertex fits into a slot. */
  public int slotsNeeded() {
    return vertices.stream().mapToInt(JobVertex::parallelism).max().orElse(1);
  }

  public JobGraph withJars(List<String> keys) {
    return new JobGraph(name, vertices, edges, checkpoints, restarts, keys);
  }
}
