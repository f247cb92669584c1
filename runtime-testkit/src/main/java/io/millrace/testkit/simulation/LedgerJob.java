package io.millrace.testkit.simulation;

import io.millrace.core.state.StateBackend;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.FunctionShipping;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.operators.EdgeSpec;
import io.millrace.runtime.operators.Operator;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.OperatorMaker;
import io.millrace.runtime.operators.SinkOperator;
import io.millrace.runtime.operators.SourceOperatorFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The job that runs in the simulation, and what its output must be. */
final class LedgerJob {
  private LedgerJob() {}

  /**
   * What a seed decides of the job.
   *
   * @param spread whether its sink is behind an exchange of its own
   * @param lines of output for each record of the input
   */
  record Shape(int parallelism, boolean spread, int lines, Optional<Duration> alignmentTimeout) {}

  static JobGraph graph(Shape shape) {
    int parallelism = shape.parallelism();
    int sources = Math.max(1, parallelism - 1);
    EdgeSpec<InputRecord, Long> byKey =
        EdgeSpec.keyed(
            TypeInformation.of(InputRecord.class),
            InputRecord::key,
            TypeInformation.of(Long.class));
    OperatorNode sequence = node("sequence", -1, Kind.OPERATOR, new SequenceFactory(shape.lines()));
    OperatorNode sink =
        node("ledger", shape.spread() ? -1 : 0, Kind.TRANSACTIONAL_SINK, new SinkFactory());
    List<JobVertex> vertices = new ArrayList<>();
    vertices.add(
        new JobVertex(
            0,
            "bids",
            sources,
            128,
            List.of(
                node(
                    "bids",
                    -1,
                    Kind.SOURCE,
                    new SourceOperatorFactory<>(
                        new BrokerSource(), WatermarkStrategy.noWatermarks())))));
    List<JobEdge> edges = new ArrayList<>();
    edges.add(
        new JobEdge(
            0, 0, 0, "", 1, 0, Partitioning.HASH, FunctionShipping.serialize(byKey, "edge")));
    if (shape.spread()) {
      EdgeSpec<Ledger, Object> plain = EdgeSpec.plain(TypeInformation.of(Ledger.class));
      vertices.add(new JobVertex(1, "sequence", parallelism, 128, List.of(sequence)));
      vertices.add(new JobVertex(2, "ledger", sources, 128, List.of(sink)));
      edges.add(
          new JobEdge(
              1,
              1,
              0,
              "",
              2,
              0,
              Partitioning.REBALANCE,
              FunctionShipping.serialize(plain, "edge")));
    } else {
      vertices.add(new JobVertex(1, "sequence", parallelism, 128, List.of(sequence, sink)));
    }
    return new JobGraph(
        "ledger",
        vertices,
        edges,
        new CheckpointSettings(
            Optional.of(Duration.ofMillis(60)),
            Duration.ofMillis(400),
            Duration.ZERO,
            2,
            Integer.MAX_VALUE,
            shape.alignmentTimeout(),
            StateBackend.HEAP),
        new RestartSettings(
            Duration.ofMillis(5),
            Duration.ofMillis(50),
            2,
            Duration.ofSeconds(1),
            0.2,
            Integer.MAX_VALUE),
        List.of());
  }

  private static OperatorNode node(String uid, int parent, Kind kind, OperatorFactory factory) {
    return new OperatorNode(
        uid, true, uid, parent, "", kind, true, FunctionShipping.serialize(factory, uid));
  }

  private record SequenceFactory(int lines) implements OperatorFactory {
    @Override
    public Operator<?> create(OperatorMaker maker) {
      return maker.make(SequenceOperator.class, lines);
    }
  }

  private record SinkFactory() implements OperatorFactory {
    @Override
    public Operator<?> create(OperatorMaker maker) {
      return maker.make(SinkOperator.class, new BrokerSink());
    }
  }

  /**
   * The oracle: each input record has come out exactly once, numbered without a gap for each key,
   * and what is of one partition in its order.
   *
   * @param expected how many lines there must be
   * @param ofPartition how many of them are of one partition
   */
  static void check(World world, List<Ledger> output, int expected, int ofPartition) {
    Map<Long, Set<Long>> sequences = new HashMap<>();
    Set<Long> ids = new HashSet<>();
    for (Ledger line : output) {
      if (!ids.add(line.id())) {
        world.violated("record " + line.id() + " came out twice");
      }
      if (!sequences.computeIfAbsent(line.key(), key -> new HashSet<>()).add(line.sequence())) {
        world.violated("number " + line.sequence() + " of key " + line.key() + " came out twice");
      }
    }
    if (ids.size() != expected) {
      world.violated(ids.size() + " of " + expected + " records came out");
    }
    checkOrder(world, output, ofPartition);
    sequences.forEach(
        (key, numbers) -> {
          for (long n = 1; n <= numbers.size(); n++) {
            if (!numbers.contains(n)) {
              world.violated("key " + key + " has no number " + n);
            }
          }
        });
  }

  /** BA9: nothing new comes before what was in flight. */
  private static void checkOrder(World world, List<Ledger> output, int ofPartition) {
    List<Ledger> inOrder = new ArrayList<>(output);
    inOrder.sort(Comparator.comparingLong(Ledger::key).thenComparingLong(Ledger::sequence));
    long key = -1;
    Map<Long, Long> last = new HashMap<>();
    for (Ledger line : inOrder) {
      if (line.key() != key) {
        key = line.key();
        last.clear();
      }
      Long before = last.put(line.id() / ofPartition, line.id());
      if (before != null && before > line.id()) {
        world.violated("record " + line.id() + " of key " + key + " came after " + before);
      }
    }
  }
}
