package io.millrace.api.datastream;

import io.millrace.api.datastream.Origin.Keying;
import io.millrace.api.datastream.Transformation.Definition;
import io.millrace.api.datastream.Transformation.Inlet;
import io.millrace.api.datastream.sink.PrintSink;
import io.millrace.core.function.CheckpointedFunction;
import io.millrace.core.function.FilterFunction;
import io.millrace.core.function.FlatMapFunction;
import io.millrace.core.function.Function;
import io.millrace.core.function.KeySelector;
import io.millrace.core.function.MapFunction;
import io.millrace.core.function.Partitioner;
import io.millrace.core.function.ProcessFunction;
import io.millrace.core.function.RichFunction;
import io.millrace.core.sink.Sink;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.types.TypeInference;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.TimeWindow;
import io.millrace.core.window.WindowAssigner;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.runtime.operators.FilterOperator;
import io.millrace.runtime.operators.FlatMapOperator;
import io.millrace.runtime.operators.MapOperator;
import io.millrace.runtime.operators.Operator;
import io.millrace.runtime.operators.ProcessOperator;
import io.millrace.runtime.operators.SinkOperator;
import io.millrace.runtime.operators.TimestampsAndWatermarksOperator;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Records of one type as they flow. Operators are applied one after another; nothing runs until
 * {@link StreamExecutionEnvironment#execute}. Types are found without hints. Not thread-safe.
 */
public class DataStream<T> {
  final StreamExecutionEnvironment environment;
  final List<Origin<T>> origins;

  DataStream(StreamExecutionEnvironment environment, List<Origin<T>> origins) {
    this.environment = environment;
    this.origins = List.copyOf(origins);
  }

  public final StreamExecutionEnvironment getExecutionEnvironment() {
    return environment;
  }

  /** The type of the records; late-typed if it is found from the values as they come. */
  @SuppressWarnings("unchecked")
  public final TypeInformation<T> getType() {
    TypeInformation<T> first = origins.get(0).type();
    for (Origin<T> origin : origins) {
      if (!origin.type().rawClass().equals(first.rawClass())) {
        return (TypeInformation<T>) TypeInformation.lateTyped();
      }
    }
    return first;
  }

  public final <R> SingleOutputStreamOperator<R> map(MapFunction<T, R> mapper) {
    return map(mapper, TypeRefusals.at("map(...)", this, () -> TypeInference.outputOf(mapper)));
  }

  public final <R> SingleOutputStreamOperator<R> map(
      MapFunction<T, R> mapper, TypeInformation<R> outputType) {
    return function("Map", mapper, MapOperator.class, outputType);
  }

  public final SingleOutputStreamOperator<T> filter(FilterFunction<T> filter) {
    return function("Filter", filter, FilterOperator.class, getType());
  }

  public final <R> SingleOutputStreamOperator<R> flatMap(FlatMapFunction<T, R> flatMapper) {
    return flatMap(
        flatMapper,
        TypeRefusals.at("flatMap(...)", this, () -> TypeInference.outputOf(flatMapper)));
  }

  public final <R> SingleOutputStreamOperator<R> flatMap(
      FlatMapFunction<T, R> flatMapper, TypeInformation<R> outputType) {
    return function("Flat Map", flatMapper, FlatMapOperator.class, outputType);
  }

  public final <R> SingleOutputStreamOperator<R> process(ProcessFunction<T, R> function) {
    return process(
        function, TypeRefusals.at("process(...)", this, () -> TypeInference.outputOf(function)));
  }

  public final <R> SingleOutputStreamOperator<R> process(
      ProcessFunction<T, R> function, TypeInformation<R> outputType) {
    return function("Process", function, ProcessOperator.class, outputType);
  }

  /**
   * Gives records timestamps and makes watermarks in mid-stream. A strategy given to {@code
   * fromSource} is better where possible: it works per split.
   */
  public final SingleOutputStreamOperator<T> assignTimestampsAndWatermarks(
      WatermarkStrategy<T> strategy) {
    SingleOutputStreamOperator<T> result =
        apply(
            Definition.operator(
                "Timestamps/Watermarks",
                false,
                ClassOperatorFactory.of(TimestampsAndWatermarksOperator.class, strategy),
                getType()));
    result.transformation.setAlone();
    return result;
  }

  /**
   * Partitions by a key. Equality of keys is that of their content.
   *
   * @throws io.millrace.runtime.submit.JobSubmissionException if the type can't be a key, naming
   *     class, field and remedy
   */
  public final <K> KeyedStream<T, K> keyBy(KeySelector<T, K> key) {
    return keyBy(key, TypeRefusals.at("keyBy(...)", this, () -> TypeInference.keyOf(key)));
  }

  public final <K> KeyedStream<T, K> keyBy(KeySelector<T, K> key, TypeInformation<K> keyType) {
    TypeRefusals.at("keyBy(...)", this, keyType::keyCodec);
    Keying<T, K> keying = new Keying<>(key, keyType, Optional.empty());
    return new KeyedStream<>(
        environment, eachOrigin(origin -> origin.with(Partitioning.HASH, keying)), keying);
  }

  /** All records of this and the other streams. */
  @SafeVarargs
  public final DataStream<T> union(DataStream<T>... streams) {
    List<Origin<T>> all = new ArrayList<>(origins);
    for (DataStream<T> stream : streams) {
      requireSameEnvironment(stream);
      all.addAll(stream.origins);
    }
    return new DataStream<>(environment, all);
  }

  /** Puts two streams side by side for functions that take both. */
  public final <R> ConnectedStreams<T, R> connect(DataStream<R> other) {
    requireSameEnvironment(other);
    return new ConnectedStreams<>(this, other);
  }

  /** Pairs this stream's records with another's, by key and window. */
  public final <R> JoinedStreams<T, R> join(DataStream<R> other) {
    requireSameEnvironment(other);
    return new JoinedStreams<>(this, other);
  }

  /** Takes this stream's records together with another's, by key and window. */
  public final <R> CoGroupedStreams<T, R> coGroup(DataStream<R> other) {
    requireSameEnvironment(other);
    return new CoGroupedStreams<>(this, other);
  }

  /** Spreads records evenly over all consumers. */
  public final DataStream<T> rebalance() {
    return partitioned(Partitioning.REBALANCE);
  }

  /** Spreads records evenly over a local group of consumers. */
  public final DataStream<T> rescale() {
    return partitioned(Partitioning.RESCALE);
  }

  /** The same as {@link #rebalance}: an even spread without a pattern that anything may rely on. */
  public final DataStream<T> shuffle() {
    return partitioned(Partitioning.REBALANCE);
  }

  /** Every record to every consumer. */
  public final DataStream<T> broadcast() {
    return partitioned(Partitioning.BROADCAST);
  }

  /** All records to the first consumer. */
  public final DataStream<T> global() {
    return partitioned(Partitioning.GLOBAL);
  }

  /** Each subtask's records to the subtask of the same number; needs equal parallelism. */
  public final DataStream<T> forward() {
    return partitioned(Partitioning.FORWARD);
  }

  /** Spreads records as the partitioner says. */
  public final <K> DataStream<T> partitionCustom(
      Partitioner<K> partitioner, KeySelector<T, K> key) {
    TypeInformation<K> keyType =
        TypeRefusals.at("partitionCustom(...)", this, () -> TypeInference.keyOf(key));
    Keying<T, K> keying = new Keying<>(key, keyType, Optional.of(partitioner));
    return new DataStream<>(
        environment, eachOrigin(origin -> origin.with(Partitioning.CUSTOM, keying)));
  }

  /** Windows over the whole stream, in one subtask. */
  public final AllWindowedStream<T, TimeWindow> windowAll(WindowAssigner assigner) {
    return new AllWindowedStream<>(
        new WindowedStream<>(keyBy(record -> 0, TypeInformation.of(Integer.class)), assigner));
  }

  public final DataStreamSink<T> sinkTo(Sink<T, ?> sink) {
    Definition<Void> definition =
        new Definition<>(
            "Sink",
            sink.isTransactional() ? Kind.TRANSACTIONAL_SINK : Kind.OPERATOR,
            sink.isTransactional(),
            ClassOperatorFactory.of(SinkOperator.class, sink),
            Optional.empty());
    Transformation<Void> transformation = environment.add(definition, inlets(0));
    environment.addSink(transformation, sink);
    return new DataStreamSink<>(transformation);
  }

  /** Writes each record's text to the standard output of the process that runs the subtask. */
  public final DataStreamSink<T> print() {
    return sinkTo(new PrintSink<>("")).name("Print to standard output");
  }

  /** The same with a word before each line. */
  public final DataStreamSink<T> print(String prefix) {
    return sinkTo(new PrintSink<>(prefix)).name("Print to standard output: " + prefix);
  }

  /**
   * Runs the job and hands out the records of this stream when it is over: for bounded inputs, on a
   * cluster of this machine.
   */
  public final CloseableIterator<T> executeAndCollect() throws Exception {
    return executeAndCollect("Collect");
  }

  public final CloseableIterator<T> executeAndCollect(String jobName) throws Exception {
    return CollectRun.run(this, jobName);
  }

  /** The first records in no particular order, at most {@code limit}. */
  public final List<T> executeAndCollect(int limit) throws Exception {
    List<T> records = new ArrayList<>();
    try (CloseableIterator<T> all = executeAndCollect()) {
      while (records.size() < limit && all.hasNext()) {
        records.add(all.next());
      }
    }
    return records;
  }

  /** Whether functions on this stream may keep state of the records' key. */
  boolean isKeyed() {
    return false;
  }

  final List<Inlet> inlets(int index) {
    return origins.stream().map(origin -> new Inlet(origin, index)).toList();
  }

  final <R> SingleOutputStreamOperator<R> apply(Definition<R> definition) {
    return new SingleOutputStreamOperator<>(environment, environment.add(definition, inlets(0)));
  }

  @SuppressWarnings("rawtypes")
  final <R> SingleOutputStreamOperator<R> function(
      String name, Function function, Class<? extends Operator> operator, TypeInformation<R> type) {
    return apply(
        Definition.operator(
            name,
            keepsState(function),
            ClassOperatorFactory.of(operator, (Serializable) function),
            type));
  }

  /** Whether a function may keep state: of keys if it can get at them, or of its subtask. */
  private boolean keepsState(Function function) {
    return function instanceof CheckpointedFunction
        || (isKeyed() && function instanceof RichFunction);
  }

  private DataStream<T> partitioned(Partitioning partitioning) {
    return new DataStream<>(environment, eachOrigin(origin -> origin.with(partitioning)));
  }

  private List<Origin<T>> eachOrigin(UnaryOperator<Origin<T>> change) {
    return origins.stream().map(change).toList();
  }

  final void requireSameEnvironment(DataStream<?> other) {
    if (other.environment != environment) {
      throw new IllegalArgumentException(
          "Streams of two StreamExecutionEnvironments can't be joined: make both from one");
    }
  }
}
