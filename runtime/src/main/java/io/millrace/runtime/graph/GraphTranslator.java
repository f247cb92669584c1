package io.millrace.runtime.graph;

import io.millrace.runtime.graph.Identities.Identity;
import io.millrace.runtime.graph.LogicalNode.Chaining;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.submit.JobSubmissionException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Translates a logical graph into a job graph: operators that can run by direct call become the
 * chain of one vertex, all other connections become edges. Identities do not depend on it.
 */
public final class GraphTranslator {
  private final LogicalGraph graph;
  private final int defaultParallelism;
  private final Identities identities;

  /** Vertices as they grow: ids of the chain's nodes in order. */
  private final List<List<Integer>> chains = new ArrayList<>();

  private final Map<Integer, Place> places = new HashMap<>();
  private final List<JobEdge> edges = new ArrayList<>();

  /** Where a node has come to be. */
  private record Place(int vertex, int operator) {}

  private GraphTranslator(LogicalGraph graph, int defaultParallelism) {
    this.graph = graph;
    this.defaultParallelism = defaultParallelism;
    this.identities = Identities.of(graph);
  }

  /**
   * @param defaultParallelism of operators that set none
   * @throws JobSubmissionException if the graph can't run, naming operator and remedy
   */
  public static Translation translate(LogicalGraph graph, int defaultParallelism) {
    if (graph.nodes().isEmpty()) {
      throw new JobSubmissionException(
          "Job '" + graph.name() + "' has no operators: begin with fromSource(...)");
    }
    return new GraphTranslator(graph, defaultParallelism).translate();
  }

  private Translation translate() {
    requireSinks();
    for (LogicalNode node : graph.nodes()) {
      place(node);
    }
    for (LogicalNode node : graph.nodes()) {
      if (places.get(node.id()).operator() == 0) {
        node.inputs().forEach(input -> addEdge(node, input));
      }
    }
    List<JobVertex> vertices = new ArrayList<>();
    for (int i = 0; i < chains.size(); i++) {
      vertices.add(vertex(i));
    }
    JobGraph job =
        new JobGraph(
            graph.name(), vertices, edges, graph.checkpoints(), graph.restarts(), List.of());
    return new Translation(job, warnings(), PlanText.of(graph, job, chains, this::describeNode));
  }

  private void requireSinks() {
    boolean[] consumed = new boolean[graph.nodes().size()];
    boolean sink = false;
    for (LogicalNode node : graph.nodes()) {
      sink |= node.type().isEmpty();
      node.inputs().forEach(input -> consumed[input.source()] = true);
    }
    if (!sink) {
      String ends =
          graph.nodes().stream()
              .filter(node -> !consumed[node.id()])
              .map(node -> "'" + node.name() + "'")
              .collect(Collectors.joining(", "));
      throw new JobSubmissionException(
          "Job '"
              + graph.name()
              + "' has no sink, so nobody would see its results: end "
              + ends
              + " with sinkTo(...) or print()");
    }
  }

  private void place(LogicalNode node) {
    if (chains(node)) {
      Place parent = places.get(node.inputs().get(0).source());
      List<Integer> chain = chains.get(parent.vertex());
      chain.add(node.id());
      places.put(node.id(), new Place(parent.vertex(), chain.size() - 1));
    } else {
      chains.add(new ArrayList<>(List.of(node.id())));
      places.put(node.id(), new Place(chains.size() - 1, 0));
    }
  }

  /** Whether the node runs by direct call from its input. */
  private boolean chains(LogicalNode node) {
    if (node.inputs().size() != 1 || node.chaining() != Chaining.ALWAYS) {
      return false;
    }
    LogicalInput input = node.inputs().get(0);
    LogicalNode source = graph.nodes().get(input.source());
    boolean forward =
        input.partitioning().map(wanted -> wanted == Partitioning.FORWARD).orElse(true);
    return input.index() == 0
        && forward
        && source.chaining() != Chaining.NEVER
        && parallelism(source) == parallelism(node)
        && maxParallelism(source) == maxParallelism(node);
  }

  private void addEdge(LogicalNode node, LogicalInput input) {
    LogicalNode source = graph.nodes().get(input.source());
    boolean same = parallelism(source) == parallelism(node);
    Partitioning partitioning =
        input.partitioning().orElse(same ? Partitioning.FORWARD : Partitioning.REBALANCE);
    if (partitioning == Partitioning.FORWARD && !same) {
      throw new JobSubmissionException(
          "forward() from '"
              + source.name()
              + "' (parallelism "
              + parallelism(source)
              + ") to '"
              + node.name()
              + "' (parallelism "
              + parallelism(node)
              + ") needs equal parallelism: set it, or use rescale() or rebalance()");
    }
    Place from = places.get(source.id());
    Place to = places.get(node.id());
    edges.add(
        new JobEdge(
            edges.size(),
            from.vertex(),
            from.operator(),
            input.tag(),
            to.vertex(),
            input.index(),
            partitioning,
            FunctionShipping.serialize(input.spec(), source.name() + " -> " + node.name())));
  }

  private JobVertex vertex(int index) {
    List<Integer> chain = chains.get(index);
    List<OperatorNode> operators = new ArrayList<>();
    for (int id : chain) {
      LogicalNode node = graph.nodes().get(id);
      Identity identity = identities.of(id);
      boolean head = operators.isEmpty();
      operators.add(
          new OperatorNode(
              identity.uid(),
              identity.explicit(),
              node.name(),
              head ? -1 : places.get(node.inputs().get(0).source()).operator(),
              head ? "" : node.inputs().get(0).tag(),
              node.work().kind(),
              node.work().stateful(),
              FunctionShipping.serialize(node.work().factory(), node.name())));
    }
    LogicalNode head = graph.nodes().get(chain.get(0));
    String name = operators.stream().map(OperatorNode::name).collect(Collectors.joining(" -> "));
    return new JobVertex(index, name, parallelism(head), maxParallelism(head), operators);
  }

  private int parallelism(LogicalNode node) {
    return node.scaling().parallelism() > 0 ? node.scaling().parallelism() : defaultParallelism;
  }

  private int maxParallelism(LogicalNode node) {
    int parallelism = parallelism(node);
    int max = node.scaling().maxParallelism();
    if (max == 0) {
      return KeyGroups.defaultFor(parallelism);
    }
    if (parallelism > max) {
      throw new JobSubmissionException(
          "Operator '"
              + node.name()
              + "' has parallelism "
              + parallelism
              + ", more than its maximum of "
              + max
              + ": lower setParallelism(...) or raise setMaxParallelism(...)");
    }
    return max;
  }

  private String describeNode(LogicalNode node) {
    Identity identity = identities.of(node.id());
    return identity.explicit() ? "uid " + identity.uid() : "no uid";
  }

  private List<String> warnings() {
    String nameless =
        graph.nodes().stream()
            .filter(node -> node.work().stateful() && !identities.of(node.id()).explicit())
            .map(node -> "'" + node.name() + "'")
            .collect(Collectors.joining(", "));
    return nameless.isEmpty()
        ? List.of()
        : List.of(
            "Operators with state but without uid(...) or a unique name(...): "
                + nameless
                + ". Their state can be restored into this same graph only; after a change of the "
                + "graph it is refused");
  }
}
