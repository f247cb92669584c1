package io.millrace.runtime.inspect;

import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.FileStores;
import io.millrace.core.storage.StoreLocation;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.state.CorruptStateException;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateEntries;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.FileSection;
import io.millrace.runtime.state.StateHandles.KeyedSection;
import io.millrace.runtime.state.StateKind;
import io.millrace.runtime.state.StateMeta;
import io.millrace.runtime.state.StoreImages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/**
 * A checkpoint or savepoint, looked into without the program that wrote it. Blocks; for one thread.
 */
public final class StateArchive {
  private final FileStore store;
  private final CheckpointMetadata metadata;
  private final IntFunction<SnapshotReader> readers;

  private StateArchive(
      FileStore store, CheckpointMetadata metadata, IntFunction<SnapshotReader> readers) {
    this.store = store;
    this.metadata = metadata;
    this.readers = readers;
  }

  /**
   * Opens the one in a directory.
   *
   * @param stores know where it may be
   * @param location of its directory: a path, or such as {@code s3://bucket/savepoint-1}
   * @param images reads state that is in files of stores on disk
   * @param build of this program, for messages
   * @throws IOException if there is none, or files that it shares with others are not where they
   *     were beside it
   * @throws CorruptDataException if its metadata is damaged
   */
  public static StateArchive open(
      FileStores stores, String location, StoreImages images, String build) throws IOException {
    Deque<Directory> above = above(location);
    if (above.isEmpty()) {
      throw new IOException(location + " is no directory of a checkpoint or savepoint");
    }
    StateArchive beside = above.peek().open(stores, images, build);
    List<String> shared = beside.sharedFiles();
    // Shared files are named from the root of the store, which may be further up.
    for (Directory root : above) {
      if (shared.isEmpty() || root.store(stores).exists(shared.get(0))) {
        return root.open(stores, images, build);
      }
    }
    throw new IOException(
        location
            + " shares files with other checkpoints of its job, and "
            + shared.get(0)
            + " is in no directory above it. Only savepoints can be moved; take one");
  }

  /**
   * A directory as seen from one above it.
   *
   * @param root where the store begins
   * @param path from there
   */
  private record Directory(String root, String path) {
    FileStore store(FileStores stores) throws IOException {
      return stores.open(root);
    }

    StateArchive open(FileStores stores, StoreImages images, String build) throws IOException {
      FileStore store = store(stores);
      return new StateArchive(
          store,
          new CheckpointStore(store, build).readMetadata(path),
          groups -> new SnapshotReader(store, groups, images));
    }
  }

  /** As seen from each of those above it, the nearest first. */
  private static Deque<Directory> above(String location) {
    Optional<StoreLocation> remote = StoreLocation.parse(location);
    String top = remote.map(place -> place.root().toString()).orElse("");
    String path =
        remote
            .map(place -> place.path().isEmpty() ? "" : "/" + place.path())
            .orElseGet(
                () ->
                    Path.of(StoreLocation.localPath(location))
                        .toAbsolutePath()
                        .normalize()
                        .toString());
    Deque<Directory> above = new ArrayDeque<>();
    for (int slash = path.lastIndexOf('/'); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
      String root = top + path.substring(0, slash);
      if (path.length() > slash + 1) {
        above.add(new Directory(root.isEmpty() ? "/" : root, path.substring(slash + 1)));
      }
    }
    return above;
  }

  /** One whose metadata is known, for a look at a few of its key groups. */
  public static StateArchive forALook(
      FileStore store, CheckpointMetadata metadata, StoreImages images) {
    return new StateArchive(
        store, metadata, groups -> SnapshotReader.forALook(store, groups, images));
  }

  private List<String> sharedFiles() {
    return metadata.operators().stream()
        .flatMap(operator -> operator.subtasks().stream())
        .flatMap(handles -> handles.sharedPaths().stream())
        .toList();
  }

  public CheckpointMetadata metadata() {
    return metadata;
  }

  /**
   * All states, by operator and name. Reads every file.
   *
   * @param classes of late-typed values
   */
  public List<StateSummary> states(ClassLoader classes) throws IOException {
    List<StateSummary> all = new ArrayList<>();
    for (OperatorState operator : metadata.operators()) {
      Map<String, StateSummary> states = new TreeMap<>();
      read(
          operator,
          raw -> {
            StateSummary part =
                new StateSummary(
                    operator.uid(), raw.meta(), count(raw, classes), raw.entries().length);
            states.merge(raw.meta().name(), part, StateArchive::sum);
          });
      all.addAll(states.values());
    }
    return all;
  }

  private static StateSummary sum(StateSummary one, StateSummary other) {
    boolean known = one.entries().isPresent() && other.entries().isPresent();
    return new StateSummary(
        one.uid(),
        one.meta(),
        known
            ? OptionalLong.of(one.entries().getAsLong() + other.entries().getAsLong())
            : OptionalLong.empty(),
        one.bytes() + other.bytes());
  }

  private static OptionalLong count(RawState raw, ClassLoader classes) {
    StateKind kind = raw.meta().kind();
    if (kind != StateKind.PANES && kind != StateKind.PANED_ROWS) {
      return OptionalLong.of(raw.reader(classes).readVarInt());
    }
    long[] count = {0};
    try {
      read(raw, classes, entry -> count[0]++);
      return OptionalLong.of(count[0]);
    } catch (CorruptStateException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * Reads the entries of a state's part.
   *
   * @param classes of late-typed values; others need none
   * @throws CorruptStateException if they can't be read, naming where they are from
   */
  public static void read(RawState raw, ClassLoader classes, Consumer<StateEntry> entries) {
    try {
      StateEntries.visit(
          raw.meta(),
          raw.reader(classes),
          new EntryCollector(raw.meta(), EntryReaders.written(raw.meta()), entries));
    } catch (CorruptDataException e) {
      throw new CorruptStateException(
          raw.origin() + ", state '" + raw.meta().name() + "' cannot be read: " + e.getMessage(),
          e);
    }
  }

  /** Enough has been read. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super("enough", null, false, false);
    }
  }

  /**
   * Reads the entries of a state, each once, in the order in which they are stored.
   *
   * @param classes of late-typed values; others need none
   * @param more takes an entry and says whether it wants another
   * @throws CorruptStateException naming the file that is damaged, or the class that isn't there
   */
  public void read(String uid, String state, ClassLoader classes, Predicate<StateEntry> more)
      throws IOException {
    try {
      for (OperatorState operator : metadata.operators()) {
        if (operator.uid().equals(uid)) {
          read(
              operator,
              raw -> {
                if (raw.meta().name().equals(state)) {
                  read(raw, classes, entry -> take(entry, more));
                }
              });
        }
      }
    } catch (Enough e) {
      return;
    }
  }

  private static void take(StateEntry entry, Predicate<StateEntry> more) {
    if (!more.test(entry)) {
      throw new Enough();
    }
  }

  private void read(OperatorState operator, Consumer<RawState> states) throws IOException {
    readKeyed(
        operator,
        new KeyGroupRange(0, operator.maxParallelism() - 1),
        (group, found) -> found.forEach(states));
    for (List<RawState> subtask : readOperatorState(operator)) {
      subtask.forEach(states);
    }
  }

  /**
   * The operator of a uid.
   *
   * @throws UnknownStateException if there is none, with those that there are
   */
  public OperatorState operator(String uid) {
    List<String> uids =
        metadata.operators().stream()
            .filter(OperatorState::hasState)
            .map(OperatorState::uid)
            .toList();
    return metadata.operators().stream()
        .filter(operator -> operator.uid().equals(uid) && operator.hasState())
        .findFirst()
        .orElseThrow(() -> UnknownStateException.of("operator with the uid", uid, uids));
  }

  /**
   * Reads keyed state of an operator as it was written, and nothing but the key groups of a range:
   * of state in files of a store on disk, that still takes all of the files.
   *
   * @throws CorruptStateException naming the file that is damaged
   */
  public void readKeyed(
      OperatorState operator, KeyGroupRange range, SnapshotReader.GroupConsumer consumer)
      throws IOException {
    reader(operator).readKeyed(operator.uid(), operator.subtasks(), range, consumer);
  }

  /** The operator state of each subtask that has some, in their order. */
  public List<List<RawState>> readOperatorState(OperatorState operator) throws IOException {
    SnapshotReader reader = reader(operator);
    List<List<RawState>> subtasks = new ArrayList<>();
    for (StateHandles handles : operator.subtasks()) {
      for (FileSection section : handles.operator()) {
        subtasks.add(reader.readOperator(operator.uid(), section));
      }
    }
    return subtasks;
  }

  /**
   * What was written of a state. Reads no further than to where it first comes.
   *
   * @throws UnknownStateException if the operator has no entries of such a state, with the names of
   *     those that it has
   */
  public StateMeta find(OperatorState operator, String state) throws IOException {
    Set<String> others = new TreeSet<>();
    List<StateMeta> found = new ArrayList<>();
    try {
      read(
          operator,
          raw -> {
            if (raw.meta().name().equals(state)) {
              found.add(raw.meta());
              throw new Enough();
            }
            others.add(raw.meta().name());
          });
    } catch (Enough e) {
      return found.get(0);
    }
    throw UnknownStateException.of(
        "entry of operator " + operator.uid() + " in a state with the name", state, others);
  }

  /**
   * What keyed state is read in at a time: a key group, or all that is in the files of one store.
   */
  public static List<KeyGroupRange> unitsOf(OperatorState operator) {
    Set<KeyGroupRange> images = new LinkedHashSet<>();
    for (StateHandles handles : operator.subtasks()) {
      for (KeyedSection section : handles.keyed()) {
        section.image().ifPresent(image -> images.add(image.range()));
      }
    }
    List<KeyGroupRange> units = new ArrayList<>(images);
    for (int group = 0; group < operator.maxParallelism(); group++) {
      int each = group;
      if (images.stream().noneMatch(range -> range.contains(each))) {
        units.add(new KeyGroupRange(group, group));
      }
    }
    return units;
  }

  private SnapshotReader reader(OperatorState operator) {
    return readers.apply(operator.maxParallelism());
  }
}
