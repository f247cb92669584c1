package io.millrace.api.datastream;

import io.millrace.api.datastream.Transformation.Definition;
import io.millrace.core.config.Configuration;
import io.millrace.core.function.KeyedStateBootstrapFunction;
import io.millrace.core.source.Boundedness;
import io.millrace.core.storage.FileStores;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.checkpoint.CheckpointPaths;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.inspect.TemporaryImages;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.runtime.rpc.Build;
import io.millrace.runtime.savepoint.SavepointAssemblyOperator;
import io.millrace.runtime.savepoint.SavepointPlan;
import io.millrace.runtime.savepoint.StateBootstrapOperator;
import io.millrace.runtime.savepoint.WrittenState;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes a savepoint: state of operators from bounded streams, beside what is carried over from an
 * older one. It is part of a job: {@link #write} adds its end to it, and the savepoint is there,
 * whole, when the job has finished. The directories must be there, under the same paths, for the
 * program and for the TaskManagers. Not thread-safe.
 */
public final class SavepointWriter {
  private static final TypeInformation<WrittenState> WRITTEN =
      TypeInformation.of(WrittenState.class);

  private final StreamExecutionEnvironment environment;
  private final String directory;
  private final Optional<String> base;
  private final Map<String, OperatorState> carried = new TreeMap<>();
  private final Map<String, Bootstrap<?, ?>> bootstraps = new LinkedHashMap<>();
  private int maxParallelism;

  private record Bootstrap<T, K>(
      KeyedStream<T, K> stream, KeyedStateBootstrapFunction<K, T> function, int maxParallelism) {}

  private SavepointWriter(
      StreamExecutionEnvironment environment, String directory, Optional<String> base) {
    this.environment = environment;
    this.directory = directory;
    this.base = base;
  }

  /**
   * A savepoint of nothing but what is bootstrapped.
   *
   * @param directory of the new savepoint
   * @throws FileAlreadyExistsException if there is one
   */
  public static SavepointWriter create(StreamExecutionEnvironment environment, String directory)
      throws IOException {
    return new SavepointWriter(environment, absent(directory), Optional.empty());
  }

  /**
   * A changed copy of a savepoint: what is not removed or bootstrapped is carried over as it is.
   *
   * @param base directory of a savepoint or a retained checkpoint, which is only read
   * @param directory of the new savepoint
   * @throws FileAlreadyExistsException if there is one
   * @throws IOException if the old one can't be read
   */
  public static SavepointWriter from(
      StreamExecutionEnvironment environment, String base, String directory) throws IOException {
    Path old = SavepointDirectory.of(base);
    SavepointWriter writer =
        new SavepointWriter(environment, absent(directory), Optional.of(old.toString()));
    try (TemporaryImages images = new TemporaryImages()) {
      StateArchive archive =
          StateArchive.open(
              FileStores.of(Configuration.empty()),
              old.toString(),
              images,
              Build.CURRENT.toString());
      for (OperatorState operator : archive.metadata().operators()) {
        if (operator.hasState()) {
          writer.carried.put(operator.uid(), settled(base, operator));
        }
      }
    }
    return writer;
  }

  /** Positions of sources are behind what is in flight, which no other job could take up. */
  private static OperatorState settled(String base, OperatorState operator) throws IOException {
    if (operator.subtasks().stream().anyMatch(handles -> !handles.channels().isEmpty())) {
      throw new IOException(
          base
              + " is an unaligned checkpoint: records were in flight to operator '"
              + operator.uid()
              + "', and would be lost. Take a savepoint, in which nothing is in flight");
    }
    return operator;
  }

  private static String absent(String directory) throws IOException {
    Path path = SavepointDirectory.of(directory);
    if (Files.exists(path.resolve(CheckpointPaths.METADATA))) {
      throw new FileAlreadyExistsException(
          path + " is a savepoint already: name a new directory, or delete it first");
    }
    return path.toString();
  }

  /**
   * Number of key groups of operators that are bootstrapped from now on: a power of two. It must be
   * that of the job that starts from the savepoint. Without it, it is that of the operator that is
   * replaced, or else that of the others in the old savepoint, or else what such a job would have
   * without saying so.
   */
  public SavepointWriter setMaxParallelism(int wanted) {
    maxParallelism = MaxParallelism.checked("The savepoint", wanted);
    return this;
  }

  /**
   * Leaves an operator of the old savepoint out.
   *
   * @throws IllegalArgumentException if it has none of this uid
   */
  public SavepointWriter remove(String uid) {
    if (carried.remove(uid) == null) {
      throw new IllegalArgumentException(
          "There is no operator with the uid '"
              + uid
              + "' to be removed, only "
              + carried.keySet());
    }
    return this;
  }

  /**
   * Fills the keyed state of an operator; in place of what the old savepoint has of it.
   *
   * @param uid of the operator in the job that starts from the savepoint
   * @param stream bounded, keyed as the operator's input is
   */
  public <T, K> SavepointWriter bootstrap(
      String uid, KeyedStream<T, K> stream, KeyedStateBootstrapFunction<K, T> function) {
    if (stream.environment != environment) {
      throw new IllegalArgumentException(
          "The stream for operator '" + uid + "' is of another StreamExecutionEnvironment");
    }
    stream.origins.forEach(origin -> requireBounded(uid, origin.source()));
    OperatorState replaced = carried.remove(uid);
    int groups = maxParallelism;
    if (groups == 0 && replaced != null) {
      groups = replaced.maxParallelism();
    }
    if (groups == 0) {
      groups = carried.values().stream().mapToInt(OperatorState::maxParallelism).max().orElse(0);
    }
    if (bootstraps.put(uid, new Bootstrap<>(stream, function, groups)) != null) {
      throw new IllegalArgumentException("Operator '" + uid + "' is bootstrapped twice");
    }
    return this;
  }

  private static void requireBounded(String uid, Transformation<?> node) {
    if (node.boundedness().filter(Boundedness.CONTINUOUS_UNBOUNDED::equals).isPresent()) {
      throw new IllegalArgumentException(
          "The stream for operator '"
              + uid
              + "' comes from source "
              + node.described()
              + ", which never ends: the savepoint would never be written. Bound the source");
    }
    node.inputs().forEach(inlet -> requireBounded(uid, inlet.origin().source()));
  }

  /** Adds the writing of the savepoint to the job; nothing else can be changed afterwards. */
  public DataStreamSink<?> write() {
    List<DataStream<WrittenState>> parts = new ArrayList<>();
    bootstraps.forEach((uid, bootstrap) -> parts.add(bootstrapped(uid, bootstrap, parts.size())));
    if (parts.isEmpty()) {
      parts.add(environment.fromCollection(List.of(), WRITTEN));
    }
    List<Origin<WrittenState>> origins =
        parts.stream().flatMap(part -> part.global().origins.stream()).toList();
    Transformation<Void> end =
        environment.add(
            new Definition<>(
                "Savepoint",
                Kind.OPERATOR,
                false,
                ClassOperatorFactory.of(
                    SavepointAssemblyOperator.class,
                    new SavepointPlan(directory, base, List.copyOf(carried.keySet()))),
                Optional.empty()),
            new DataStream<>(environment, origins).inlets(0));
    end.setNonParallel();
    end.setName("Savepoint " + directory);
    return new DataStreamSink<>(end);
  }

  private <T, K> DataStream<WrittenState> bootstrapped(
      String uid, Bootstrap<T, K> bootstrap, int number) {
    SingleOutputStreamOperator<WrittenState> stream =
        bootstrap.stream.apply(
            Definition.operator(
                "Bootstrap",
                true,
                ClassOperatorFactory.of(
                    StateBootstrapOperator.class, bootstrap.function, directory, uid, number),
                WRITTEN));
    stream.transformation.setName("Bootstrap " + uid);
    if (bootstrap.maxParallelism > 0) {
      stream.transformation.setMaxParallelism(bootstrap.maxParallelism);
    }
    return stream;
  }
}
