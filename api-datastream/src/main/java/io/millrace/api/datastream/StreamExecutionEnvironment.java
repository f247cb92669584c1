package io.millrace.api.datastream;

import io.millrace.api.datastream.Transformation.Definition;
import io.millrace.api.datastream.Transformation.Inlet;
import io.millrace.api.datastream.source.ListSource;
import io.millrace.api.datastream.source.SequenceSource;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.ExecutionOptions;
import io.millrace.core.config.RestartOptions;
import io.millrace.core.config.StateOptions;
import io.millrace.core.sink.Sink;
import io.millrace.core.source.Source;
import io.millrace.core.state.StateBackend;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.graph.GraphTranslator;
import io.millrace.runtime.graph.LogicalGraph;
import io.millrace.runtime.graph.LogicalNode;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.graph.Translation;
import io.millrace.runtime.operators.SourceOperatorFactory;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import io.millrace.runtime.submit.JobRunner;
import io.millrace.runtime.submit.JobRunners;
import io.millrace.runtime.submit.JobSubmissionException;
import io.millrace.runtime.submit.RunSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a streaming program begins and is started. The job runs where the program was started: on
 * the cluster it was submitted to, or in this process. Not thread-safe.
 */
public final class StreamExecutionEnvironment {
  private static final Logger LOG = LoggerFactory.getLogger(StreamExecutionEnvironment.class);
  private static final String DEFAULT_JOB_NAME = "Millrace streaming job";

  private final Configuration configuration;
  private final CheckpointConfig checkpoints = new CheckpointConfig();
  private Optional<StateBackend> backend = Optional.empty();
  private final List<Transformation<?>> transformations = new ArrayList<>();
  private final List<NamedSink> sinks = new ArrayList<>();
  private Optional<RestartSettings> restarts = Optional.empty();
  private int parallelism;
  private int maxParallelism;

  private record NamedSink(Transformation<Void> transformation, Sink<?, ?> sink) {}

  private StreamExecutionEnvironment(Configuration configuration) {
    this.configuration = configuration;
  }

  public static StreamExecutionEnvironment getExecutionEnvironment() {
    return getExecutionEnvironment(Configuration.empty());
  }

  public static StreamExecutionEnvironment getExecutionEnvironment(Configuration configuration) {
    return new StreamExecutionEnvironment(configuration);
  }

  public Configuration getConfiguration() {
    return configuration;
  }

  /** Parallelism of operators that set none; without it the cluster decides. */
  public StreamExecutionEnvironment setParallelism(int wanted) {
    if (wanted < 1) {
      throw new IllegalArgumentException("Parallelism must be at least 1, not " + wanted);
    }
    parallelism = wanted;
    return this;
  }

  /**
   * Number of key groups of operators that set none: a power of two, fixed at the first start of
   * the job.
   */
  public StreamExecutionEnvironment setMaxParallelism(int wanted) {
    maxParallelism = MaxParallelism.checked("The environment", wanted);
    return this;
  }

  public StreamExecutionEnvironment enableCheckpointing(Duration interval) {
    checkpoints.setCheckpointInterval(interval);
    return this;
  }

  /**
   * @param intervalMillis time between the starts of two checkpoints, in milliseconds
   */
  public StreamExecutionEnvironment enableCheckpointing(long intervalMillis) {
    return enableCheckpointing(Duration.ofMillis(intervalMillis));
  }

  /**
   * Where keyed state lives while the job runs; without it {@code state.backend} says so. A
   * checkpoint or savepoint can be restored with either.
   */
  public StreamExecutionEnvironment setStateBackend(StateBackend where) {
    backend = Optional.of(where);
    return this;
  }

  public CheckpointConfig getCheckpointConfig() {
    return checkpoints;
  }

  /** What happens after a failure; see {@link RestartStrategies}. */
  public StreamExecutionEnvironment setRestartStrategy(RestartSettings strategy) {
    restarts = Optional.of(strategy);
    return this;
  }

  public <T> DataStreamSource<T> fromSource(
      Source<T, ?, ?> source, WatermarkStrategy<T> watermarks, String name) {
    return fromSource(source, watermarks, name, source.producedType());
  }

  public <T> DataStreamSource<T> fromSource(
      Source<T, ?, ?> source,
      WatermarkStrategy<T> watermarks,
      String name,
      TypeInformation<T> type) {
    Transformation<T> transformation =
        add(
            new Definition<>(
                "Source",
                Kind.SOURCE,
                true,
                new SourceOperatorFactory<>(source, watermarks),
                Optional.of(type)),
            List.of());
    transformation.setName(name);
    return new DataStreamSource<>(this, transformation);
  }

  /** The given elements, in order; for tests and small tables. */
  @SafeVarargs
  public final <T> DataStreamSource<T> fromData(T... elements) {
    return fromCollection(Arrays.asList(elements));
  }

  /** The elements of a collection, in order; for tests and small tables. */
  public <T> DataStreamSource<T> fromData(Collection<T> elements) {
    return fromCollection(elements);
  }

  public <T> DataStreamSource<T> fromCollection(Collection<T> elements) {
    return fromCollection(elements, ElementType.of(elements));
  }

  public <T> DataStreamSource<T> fromCollection(Collection<T> elements, TypeInformation<T> type) {
    DataStreamSource<T> stream =
        fromSource(
            new ListSource<>(elements, type), WatermarkStrategy.noWatermarks(), "Collection", type);
    stream.transformation.setNonParallel();
    return stream;
  }

  /** The numbers from {@code from} to {@code to}, both inclusive. */
  public DataStreamSource<Long> fromSequence(long from, long to) {
    return fromSource(new SequenceSource(from, to), WatermarkStrategy.noWatermarks(), "Sequence");
  }

  public JobResult execute() throws Exception {
    return execute(DEFAULT_JOB_NAME);
  }

  /**
   * Runs the job and waits until it is over.
   *
   * @throws JobSubmissionException if it was not taken, with the remedy
   * @throws io.millrace.runtime.submit.JobFailedException if it failed
   */
  public JobResult execute(String jobName) throws Exception {
    try {
      return executeAsync(jobName).result().toCompletableFuture().get().orThrow();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  public JobHandle executeAsync() throws Exception {
    return executeAsync(DEFAULT_JOB_NAME);
  }

  /** Starts the job and returns when it was taken. */
  public JobHandle executeAsync(String jobName) throws Exception {
    JobRunner runner = JobRunners.find(configuration);
    Translation translation = translate(jobName, runner.defaultParallelism(configuration));
    for (NamedSink sink : sinks) {
      validate(sink);
    }
    translation.warnings().forEach(warning -> LOG.warn("Job '{}': {}", jobName, warning));
    JobHandle handle =
        runner.submit(translation.graph(), RunSettings.of(configuration, Loaders.ofProgram()));
    transformations.clear();
    sinks.clear();
    return handle;
  }

  /**
   * The plan of the job as a text: tasks, exchanges, types, identities. Works without a cluster;
   * the parallelism then stands for one slot if none is set.
   */
  public String explain() {
    int configured = configuration.get(ExecutionOptions.PARALLELISM);
    return translate(DEFAULT_JOB_NAME, Math.max(1, configured)).plan();
  }

  private Translation translate(String jobName, int defaultParallelism) {
    return GraphTranslator.translate(
        toLogicalGraph(jobName), parallelism > 0 ? parallelism : defaultParallelism);
  }

  LogicalGraph toLogicalGraph(String jobName) {
    // A stream that was part of a job before may be used again: whatever is behind it comes along.
    Map<Transformation<?>, Integer> ids = new LinkedHashMap<>();
    transformations.forEach(each -> number(each, ids));
    List<LogicalNode> nodes = new ArrayList<>();
    ids.forEach((each, id) -> nodes.add(each.toNode(id, ids::get, maxParallelism)));
    return new LogicalGraph(
        jobName,
        nodes,
        checkpoints.toSettings(
            configuration, backend.orElseGet(() -> configuration.get(StateOptions.BACKEND))),
        restarts.orElseGet(this::configuredRestarts));
  }

  private static void number(Transformation<?> node, Map<Transformation<?>, Integer> ids) {
    if (!ids.containsKey(node)) {
      node.inputs().forEach(inlet -> number(inlet.origin().source(), ids));
      ids.put(node, ids.size());
    }
  }

  private RestartSettings configuredRestarts() {
    return new RestartSettings(
        configuration.get(RestartOptions.INITIAL_DELAY),
        configuration.get(RestartOptions.MAX_DELAY),
        configuration.get(RestartOptions.MULTIPLIER),
        configuration.get(RestartOptions.RESET_AFTER),
        configuration.get(RestartOptions.JITTER),
        configuration.get(RestartOptions.MAX_ATTEMPTS));
  }

  private static void validate(NamedSink sink) {
    try {
      sink.sink().validate();
    } catch (Exception e) {
      throw new JobSubmissionException(
          "Sink '" + sink.transformation().name() + "': " + e.getMessage(), e);
    }
  }

  <T> Transformation<T> add(Definition<T> definition, List<Inlet> inputs) {
    Transformation<T> transformation = new Transformation<>(definition, inputs);
    transformations.add(transformation);
    return transformation;
  }

  void addSink(Transformation<Void> transformation, Sink<?, ?> sink) {
    sinks.add(new NamedSink(transformation, sink));
  }
}
