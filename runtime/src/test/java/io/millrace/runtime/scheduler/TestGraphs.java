package io.millrace.runtime.scheduler;

import io.millrace.core.state.StateBackend;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.graph.RestartSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Small job graphs: opaque parts are empty, since no decision looks at them. */
public final class TestGraphs {
  public static final CheckpointSettings EVERY_SECOND =
      new CheckpointSettings(
          Optional.of(Duration.ofSeconds(1)),
          Duration.ofSeconds(10),
          Duration.ZERO,
          2,
          2,
          Optional.of(Duration.ofSeconds(1)),
          StateBackend.HEAP);
  public static final RestartSettings RESTARTS =
      new RestartSettings(
          Duration.ofMillis(100),
          Duration.ofSeconds(5),
          2.0,
          Duration.ofMinutes(5),
          0,
          Integer.MAX_VALUE);

  private TestGraphs() {}

  public static OperatorNode operator(String uid, Kind kind) {
    return new OperatorNode(uid, true, uid, -1, "", kind, true, new byte[0]);
  }

  public static JobVertex vertex(int index, String uid, Kind kind, int parallelism) {
    return new JobVertex(index, uid, parallelism, 128, List.of(operator(uid, kind)));
  }

  /** source -hash-> sink, both of this parallelism. */
  public static JobGraph sourceToSink(
      int parallelism, CheckpointSettings checkpoints, RestartSettings restarts, Kind sink) {
    return new JobGraph(
        "orders",
        List.of(
            vertex(0, "orders-source", Kind.SOURCE, parallelism),
            vertex(1, "orders-sink", sink, parallelism)),
        List.of(new JobEdge(0, 0, 0, "", 1, 0, Partitioning.HASH, new byte[0])),
        checkpoints,
        restarts,
        List.of());
  }

  public static JobGraph sourceToSink(int parallelism) {
    return sourceToSink(parallelism, EVERY_SECOND, RESTARTS, Kind.TRANSACTIONAL_SINK);
  }
}
