package io.millrace.runtime.graph;

import io.millrace.core.types.TypeInformation;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A job's plan as a text for people: tasks with their chains, exchanges, types found late. */
final class PlanText {
  private PlanText() {}

  /**
   * @param chains ids of the nodes of each vertex, in order
   * @param identity what to say of a node's identity
   */
  static String of(
      LogicalGraph graph,
      JobGraph job,
      List<List<Integer>> chains,
      Function<LogicalNode, String> identity) {
    StringBuilder text = new StringBuilder(256);
    text.append("Job '").append(job.name()).append("'\n");
    for (JobVertex vertex : job.vertices()) {
      text.append("  Task ").append(vertex.index()).append(": ").append(vertex.name());
      text.append(" (parallelism ").append(vertex.parallelism());
      text.append(", key groups ").append(vertex.maxParallelism()).append(")\n");
      for (int id : chains.get(vertex.index())) {
        LogicalNode node = graph.nodes().get(id);
        text.append("    ").append(node.name());
        node.type().ifPresent(type -> text.append(": ").append(typeName(type)));
        text.append(" [").append(identity.apply(node));
        text.append(node.work().stateful() ? ", stateful]" : "]").append('\n');
      }
      for (JobEdge edge : job.inputsOf(vertex.index())) {
        text.append("    <- ").append(edge.partitioning().name().toLowerCase(Locale.ROOT));
        text.append(" from task ").append(edge.sourceVertex());
        text.append(edge.tag().isEmpty() ? "" : ", side output " + edge.tag());
        text.append(edge.targetInput() == 1 ? ", second input" : "").append('\n');
      }
    }
    return text.append(late(graph, chains)).toString();
  }

  private static String late(LogicalGraph graph, List<List<Integer>> chains) {
    // Only what is exchanged is serialised: the inputs of heads.
    String edges =
        chains.stream()
            .map(chain -> graph.nodes().get(chain.get(0)))
            .flatMap(
                node ->
                    node.inputs().stream()
                        .filter(PlanText::isLate)
                        .map(
                            input ->
                                "    "
                                    + graph.nodes().get(input.source()).name()
                                    + " -> "
                                    + node.name()
                                    + (input.spec().type().isLateTyped() ? " (records)" : " (key)")
                                    + "\n"))
            .distinct()
            .collect(Collectors.joining());
    return edges.isEmpty()
        ? ""
        : "  Types found from the values as they come (returns(...) makes these faster):\n" + edges;
  }

  private static boolean isLate(LogicalInput input) {
    return input.spec().type().isLateTyped()
        || (input.spec().keyType() != null && input.spec().keyType().isLateTyped());
  }

  static String typeName(TypeInformation<?> type) {
    return type.isLateTyped() ? "found late" : type.rawClass().getSimpleName();
  }
}
