package io.millrace.runtime.rpc;

import com.google.protobuf.ByteString;
import io.millrace.core.state.StateBackend;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.rpc.proto.GraphProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The parts of a job graph as protobuf messages and back; what comes back has been checked. */
final class GraphMessages {
  private GraphMessages() {}

  static GraphProto.Graph encode(JobGraph graph) {
    GraphProto.Graph.Builder message =
        GraphProto.Graph.newBuilder()
            .setName(graph.name())
            .setCheckpoints(encode(graph.checkpoints()))
            .setRestarts(encode(graph.restarts()))
            .addAllJars(graph.jars());
    graph.vertices().forEach(vertex -> message.addVertices(encode(vertex)));
    graph.edges().forEach(edge -> message.addEdges(encode(edge)));
    return message.build();
  }

  static JobGraph decode(GraphProto.Graph message) {
    List<JobVertex> vertices =
        message.getVerticesList().stream().map(GraphMessages::decode).toList();
    List<JobEdge> edges = message.getEdgesList().stream().map(GraphMessages::decode).toList();
    check(!vertices.isEmpty(), "a job graph without operators");
    for (int i = 0; i < edges.size(); i++) {
      JobEdge edge = edges.get(i);
      check(edge.index() == i, "edge " + edge.index() + " at position " + i);
      check(within(edge.sourceVertex(), vertices.size()), "an edge from no vertex");
      check(within(edge.targetVertex(), vertices.size()), "an edge to no vertex");
      check(
          within(edge.sourceOperator(), vertices.get(edge.sourceVertex()).operators().size()),
          "an edge from no operator");
      check(within(edge.targetInput(), 2), "an edge to input " + edge.targetInput());
    }
    return new JobGraph(
        message.getName(),
        vertices,
        edges,
        decode(message.getCheckpoints()),
        decode(message.getRestarts()),
        List.copyOf(message.getJarsList()));
  }

  static GraphProto.Vertex encode(JobVertex vertex) {
    GraphProto.Vertex.Builder message =
        GraphProto.Vertex.newBuilder()
            .setIndex(vertex.index())
            .setName(vertex.name())
            .setParallelism(vertex.parallelism())
            .setMaxParallelism(vertex.maxParallelism());
    for (OperatorNode operator : vertex.operators()) {
      message.addOperators(
          GraphProto.Operator.newBuilder()
              .setUid(operator.uid())
              .setUidExplicit(operator.uidExplicit())
              .setName(operator.name())
              .setParent(operator.parent())
              .setParentTag(operator.parentTag())
              .setKind(GraphProto.Operator.Kind.valueOf(operator.kind().name()))
              .setStateful(operator.stateful())
              .setFactory(ByteString.copyFrom(operator.factory())));
    }
    return message.build();
  }

  static JobVertex decode(GraphProto.Vertex message) {
    List<OperatorNode> operators = new ArrayList<>(message.getOperatorsCount());
    for (GraphProto.Operator operator : message.getOperatorsList()) {
      int parent = operator.getParent();
      check(
          operators.isEmpty() ? parent == -1 : within(parent, operators.size()),
          "operator " + operator.getName() + " before its parent " + parent);
      operators.add(
          new OperatorNode(
              operator.getUid(),
              operator.getUidExplicit(),
              operator.getName(),
              parent,
              operator.getParentTag(),
              known(OperatorNode.Kind.class, operator.getKind()),
              operator.getStateful(),
              operator.getFactory().toByteArray()));
    }
    check(!operators.isEmpty(), "vertex " + message.getName() + " without operators");
    return new JobVertex(
        message.getIndex(),
        message.getName(),
        message.getParallelism(),
        message.getMaxParallelism(),
        operators);
  }

  static GraphProto.Edge encode(JobEdge edge) {
    return GraphProto.Edge.newBuilder()
        .setIndex(edge.index())
        .setSourceVertex(edge.sourceVertex())
        .setSourceOperator(edge.sourceOperator())
        .setTag(edge.tag())
        .setTargetVertex(edge.targetVertex())
        .setTargetInput(edge.targetInput())
        .setPartitioning(GraphProto.Edge.Partitioning.valueOf(edge.partitioning().name()))
        .setSpec(ByteString.copyFrom(edge.spec()))
        .build();
  }

  static JobEdge decode(GraphProto.Edge message) {
    return new JobEdge(
        message.getIndex(),
        message.getSourceVertex(),
        message.getSourceOperator(),
        message.getTag(),
        message.getTargetVertex(),
        message.getTargetInput(),
        known(Partitioning.class, message.getPartitioning()),
        message.getSpec().toByteArray());
  }

  static GraphProto.Checkpoints encode(CheckpointSettings settings) {
    GraphProto.Checkpoints.Builder message =
        GraphProto.Checkpoints.newBuilder()
            .setTimeout(encode(settings.timeout()))
            .setMinPause(encode(settings.minPause()))
            .setRetained(settings.retained())
            .setTolerableFailures(settings.tolerableFailures())
            .setBackend(GraphProto.Checkpoints.Backend.valueOf(settings.backend().name()));
    settings.interval().ifPresent(interval -> message.setInterval(encode(interval)));
    settings.alignmentTimeout().ifPresent(time -> message.setAlignmentTimeout(encode(time)));
    return message.build();
  }

  static CheckpointSettings decode(GraphProto.Checkpoints message) {
    return new CheckpointSettings(
        message.hasInterval() ? Optional.of(decode(message.getInterval())) : Optional.empty(),
        decode(message.getTimeout()),
        decode(message.getMinPause()),
        message.getRetained(),
        message.getTolerableFailures(),
        message.hasAlignmentTimeout()
            ? Optional.of(decode(message.getAlignmentTimeout()))
            : Optional.empty(),
        known(StateBackend.class, message.getBackend()));
  }

  private static GraphProto.Restarts encode(RestartSettings settings) {
    return GraphProto.Restarts.newBuilder()
        .setInitial(encode(settings.initial()))
        .setMax(encode(settings.max()))
        .setMultiplier(settings.multiplier())
        .setResetAfter(encode(settings.resetAfter()))
        .setJitter(settings.jitter())
        .setMaxAttempts(settings.maxAttempts())
        .build();
  }

  private static RestartSettings decode(GraphProto.Restarts message) {
    return new RestartSettings(
        decode(message.getInitial()),
        decode(message.getMax()),
        message.getMultiplier(),
        decode(message.getResetAfter()),
        message.getJitter(),
        message.getMaxAttempts());
  }

  static GraphProto.Span encode(Duration duration) {
    return GraphProto.Span.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  static Duration decode(GraphProto.Span message) {
    check(
        message.getSeconds() >= 0 && within(message.getNanos(), 1_000_000_000),
        "a duration of " + message.getSeconds() + " s " + message.getNanos() + " ns");
    return Duration.ofSeconds(message.getSeconds(), message.getNanos());
  }

  /** The constant of the same name: constants of the two enums are kept equal by a test. */
  static <E extends Enum<E>> E known(Class<E> type, Enum<?> received) {
    try {
      return Enum.valueOf(type, received.name());
    } catch (IllegalArgumentException e) {
      throw new CorruptDataException(
          "Unknown " + type.getSimpleName() + " '" + received.name() + "'", e);
    }
  }

  static void check(boolean condition, String found) {
    if (!condition) {
      throw new CorruptDataException("Not a valid message: " + found);
    }
  }

  private static boolean within(int value, int size) {
    return value >= 0 && value < size;
  }
}
