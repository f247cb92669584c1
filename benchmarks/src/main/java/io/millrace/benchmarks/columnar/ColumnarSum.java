package io.millrace.benchmarks.columnar;

import io.millrace.core.source.Source;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.exchange.ColumnarBatch;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.GraphTranslator;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.LogicalGraph;
import io.millrace.runtime.graph.LogicalInput;
import io.millrace.runtime.graph.LogicalNode;
import io.millrace.runtime.graph.LogicalNode.Chaining;
import io.millrace.runtime.graph.LogicalNode.Label;
import io.millrace.runtime.graph.LogicalNode.Scaling;
import io.millrace.runtime.graph.LogicalNode.Work;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.runtime.operators.EdgeSpec;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.SinkOperator;
import io.millrace.runtime.operators.SourceOperatorFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A job of columnar operators, put together by hand as SQL will: changes by key, filtered on a
 * column, partitioned by another, summed up with retractions.
 */
public final class ColumnarSum {
  private static final String NAME = "columnar-sum";

  /** The parallelism divides this. */
  public static final int STRIDES = Changelog.CLASSES;

  private final Source<ColumnarBatch, ?, ?> source;
  private final Path results;

  private ColumnarSum(Source<ColumnarBatch, ?, ?> source, Path results) {
    this.source = source;
    this.results = results;
  }

  /**
   * @param keys about how many there are
   * @param results directory of what the sinks leave
   */
  public static ColumnarSum of(long rows, long keys, Path results) {
    return reading(new ChangelogSource(rows, keys, RecordBatch.CAPACITY), results);
  }

  /** Over the changes of another source. */
  static ColumnarSum reading(Source<ColumnarBatch, ?, ?> source, Path results) {
    return new ColumnarSum(source, results);
  }

  /** The job, ready to be submitted. */
  public JobGraph graph(int parallelism, CheckpointSettings checkpoints, RestartSettings restarts) {
    List<LogicalNode> nodes =
        List.of(
            node(
                0,
                "changelog",
                Kind.SOURCE,
                new SourceOperatorFactory<>(source, WatermarkStrategy.noWatermarks()),
                List.of()),
            node(
                1,
                "filter",
                Kind.OPERATOR,
                ClassOperatorFactory.of(FilterOperator.class),
                List.of(chained(0))),
            node(
                2,
                "sum",
                Kind.OPERATOR,
                ClassOperatorFactory.of(KeyedSumOperator.class),
                List.of(
                    new LogicalInput(
                        1,
                        "",
                        0,
                        Optional.of(Partitioning.HASH),
                        EdgeSpec.keyedByColumn(Changelog.TYPE, Changelog.KEY)))),
            node(
                3,
                "sink",
                Kind.OPERATOR,
                ClassOperatorFactory.of(SinkOperator.class, new ChangeChecksumSink(results)),
                List.of(chained(2))));
    return GraphTranslator.translate(
            new LogicalGraph(NAME, nodes, checkpoints, restarts), parallelism)
        .graph();
  }

  private static LogicalInput chained(int source) {
    return new LogicalInput(source, "", 0, Optional.empty(), EdgeSpec.plain(Changelog.TYPE));
  }

  private static LogicalNode node(
      int id, String name, Kind kind, OperatorFactory factory, List<LogicalInput> inputs) {
    Optional<TypeInformation<?>> type = id == 3 ? Optional.empty() : Optional.of(Changelog.TYPE);
    return new LogicalNode(
        id,
        new Label(Optional.of(name), name, true),
        new Work(kind, id != 1, factory, type),
        Scaling.DEFAULT,
        Chaining.ALWAYS,
        inputs);
  }
}
