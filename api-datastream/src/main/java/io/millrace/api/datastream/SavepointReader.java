package io.millrace.api.datastream;

import io.millrace.api.datastream.source.KeyedStateRead;
import io.millrace.api.datastream.source.OperatorStateRead;
import io.millrace.api.datastream.source.SavepointSource;
import io.millrace.api.datastream.source.StateRead;
import io.millrace.api.datastream.state.KeyedEntry;
import io.millrace.core.config.Configuration;
import io.millrace.core.function.TimeDomain;
import io.millrace.core.state.AggregatingStateDescriptor;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.ReducingStateDescriptor;
import io.millrace.core.state.StateDescriptor;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.storage.FileStores;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.inspect.StateArchive;
import io.millrace.runtime.inspect.TemporaryImages;
import io.millrace.runtime.operators.KeyedTimers;
import io.millrace.runtime.rpc.Build;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.StateKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads the state in a savepoint, or in a retained checkpoint, as bounded streams: with the
 * descriptors and classes that the program has now, by the rules by which a restore reads it (types
 * may have changed since, see docs/state.md). Each stream is read in parallel, by key groups.
 *
 * <p>Every method checks at once that the state is there and can be read so: it throws an {@link
 * IllegalArgumentException} with what there is if it isn't, and {@link
 * io.millrace.runtime.state.IncompatibleStateException} naming the field if it can't. The directory
 * must be there, under the same path, for the program and for the TaskManagers. Not thread-safe.
 */
public final class SavepointReader {
  private final StreamExecutionEnvironment environment;
  private final String directory;

  private SavepointReader(StreamExecutionEnvironment environment, String directory) {
    this.environment = environment;
    this.directory = directory;
  }

  /**
   * @param environment the job that reads it
   * @param directory of the savepoint or checkpoint
   * @throws IOException if there is none
   */
  public static SavepointReader open(StreamExecutionEnvironment environment, String directory)
      throws IOException {
    Path absolute = SavepointDirectory.of(directory);
    SavepointReader reader = new SavepointReader(environment, absolute.toString());
    reader.look(archive -> archive.metadata().id());
    return reader;
  }

  /** Keyed state and timers of the operator with this uid. */
  public <K> Keyed<K> keyed(String uid, Class<K> keyType) {
    return keyed(uid, TypeInformation.of(keyType));
  }

  /** The same, of a key whose type is generic. */
  public <K> Keyed<K> keyed(String uid, TypeInformation<K> keyType) {
    return new Keyed<>(uid, keyType);
  }

  /** The elements of a list of operator state, those of all subtasks. */
  public <T> DataStreamSource<T> listState(String uid, ListStateDescriptor<T> descriptor)
      throws IOException {
    return operatorState(uid, StateKind.SPLIT_LIST, descriptor, descriptor.type());
  }

  /** The elements of a union list, each once. */
  public <T> DataStreamSource<T> unionListState(String uid, ListStateDescriptor<T> descriptor)
      throws IOException {
    return operatorState(uid, StateKind.UNION_LIST, descriptor, descriptor.type());
  }

  /** The entries of a broadcast state. */
  public <K, V> DataStreamSource<KeyedEntry<K, V>> broadcastState(
      String uid, MapStateDescriptor<K, V> descriptor) throws IOException {
    return operatorState(
        uid,
        StateKind.BROADCAST,
        descriptor,
        TypeInformation.of(KeyedEntry.class, descriptor.keyType(), descriptor.type()));
  }

  private <R> DataStreamSource<R> operatorState(
      String uid, StateKind kind, StateDescriptor<?> descriptor, TypeInformation<R> type)
      throws IOException {
    DataStreamSource<R> stream =
        stream(new OperatorStateRead<R>(uid, kind, descriptor), type, uid, descriptor.name());
    stream.transformation.setNonParallel();
    return stream;
  }

  /** The keyed state and the timers of one operator. */
  public final class Keyed<K> {
    private final String uid;
    private final TypeInformation<K> key;

    private Keyed(String uid, TypeInformation<K> key) {
      this.uid = uid;
      this.key = key;
    }

    /** The value of each key that has one. */
    public <V> DataStreamSource<KeyedEntry<K, V>> state(ValueStateDescriptor<V> descriptor)
        throws IOException {
      return state(StateKind.VALUE, descriptor, descriptor.type());
    }

    /** The elements of each key that has some. */
    public <V> DataStreamSource<KeyedEntry<K, List<V>>> state(ListStateDescriptor<V> descriptor)
        throws IOException {
      return state(StateKind.LIST, descriptor, TypeInformation.of(List.class, descriptor.type()));
    }

    /** The map of each key that has one. */
    public <U, V> DataStreamSource<KeyedEntry<K, Map<U, V>>> state(
        MapStateDescriptor<U, V> descriptor) throws IOException {
      return state(
          StateKind.MAP,
          descriptor,
          TypeInformation.of(Map.class, descriptor.keyType(), descriptor.type()));
    }

    /** What the values of each key were reduced to. */
    public <V> DataStreamSource<KeyedEntry<K, V>> state(ReducingStateDescriptor<V> descriptor)
        throws IOException {
      return state(StateKind.REDUCING, descriptor, descriptor.type());
    }

    /** The accumulator of each key; the function's {@code getResult} makes the result of it. */
    public <A> DataStreamSource<KeyedEntry<K, A>> state(
        AggregatingStateDescriptor<?, A, ?> descriptor) throws IOException {
      return state(StateKind.AGGREGATING, descriptor, descriptor.type());
    }

    /** The timers of a process function that have not fired; the values are their times. */
    public DataStreamSource<KeyedEntry<K, Long>> timers(TimeDomain domain) throws IOException {
      String name = KeyedTimers.nameOf(domain);
      return stream(
          new KeyedStateRead<K, Long>(
              uid, name, StateKind.TIMERS, key, new KeyedStateRead.Timers()),
          TypeInformation.of(KeyedEntry.class, key, TypeInformation.of(Long.class)),
          uid,
          name);
    }

    private <V> DataStreamSource<KeyedEntry<K, V>> state(
        StateKind kind, StateDescriptor<?> descriptor, TypeInformation<V> value)
        throws IOException {
      return stream(
          new KeyedStateRead<K, V>(
              uid, descriptor.name(), kind, key, new KeyedStateRead.By(descriptor)),
          TypeInformation.of(KeyedEntry.class, key, value),
          uid,
          descriptor.name());
    }
  }

  private <R> DataStreamSource<R> stream(
      StateRead<R> read, TypeInformation<R> type, String uid, String state) throws IOException {
    List<KeyGroupRange> units = look(archive -> read.check(archive, Loaders.ofProgram()));
    return environment.fromSource(
        new SavepointSource<>(directory, read, units, type),
        WatermarkStrategy.noWatermarks(),
        "State '" + state + "' of " + uid,
        type);
  }

  private interface Look<R> {
    R at(StateArchive archive) throws IOException;
  }

  private <R> R look(Look<R> look) throws IOException {
    try (TemporaryImages images = new TemporaryImages()) {
      return look.at(
          StateArchive.open(
              FileStores.of(Configuration.empty()), directory, images, Build.CURRENT.toString()));
    }
  }
}
