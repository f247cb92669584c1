package io.millrace.runtime.graph;

import java.util.List;

/** A job as a program describes it: what every API produces. Nodes come after their inputs. */
public record LogicalGraph(
    String name,
    List<LogicalNode> nodes,
    CheckpointSettings checkpoints,
    RestartSettings restarts) {
  public LogicalGraph {
    nodes = List.copyOf(nodes);
    for (int i = 0; i < nodes.size(); i++) {
      LogicalNode node = nodes.get(i);
      if (node.id() != i || node.inputs().stream().anyMatch(input -> input.source() >= node.id())) {
        throw new IllegalArgumentException(
            "Node " + node.name() + " is not at its place in the graph");
      }
    }
  }
}
