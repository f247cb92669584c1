package io.millrace.testkit;

import io.millrace.core.function.KeySelector;
import io.millrace.core.function.OutputTag;
import io.millrace.core.source.PollStatus;
import io.millrace.core.state.StateBackend;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.Functions;
import io.millrace.runtime.operators.OneInputOperator;
import io.millrace.runtime.operators.Operator;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.OperatorSnapshot;
import io.millrace.runtime.operators.SourceHead;
import io.millrace.runtime.operators.TwoInputOperator;
import io.millrace.runtime.state.HandleFactory;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.OperatorCut;
import io.millrace.runtime.state.OperatorStateBackend;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.SplitState;
import io.millrace.runtime.state.heap.KeyedBackends;
import io.millrace.runtime.state.heap.KeyedStateContext;
import io.millrace.runtime.task.ClassCopies;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Runs one subtask of one operator without an engine: records, watermarks and time are fed by hand,
 * its state can be snapshotted and restored at another parallelism, and room can be refused after
 * every record, so that each resumable method stops wherever it can. For one thread.
 *
 * @param <K> key
 * @param <I> records of the first input
 * @param <O> records of the main output
 */
public final class OperatorHarness<K, I, O> implements AutoCloseable {
  /** Key groups of every harness. */
  public static final int KEY_GROUPS = 128;

  private static final String UID = "operator";

  private final Operator<O> operator;
  private final HarnessContext context;
  private final Optional<KeyedStateBackend<K>> keyed;
  private final OperatorStateBackend operatorState;
  private final Optional<Keys<K, I>> keys;
  private final List<Emitted<O>> output = new ArrayList<>();
  private long clock;
  private boolean refusesRoom;
  private long checkpoints;
  private int stops;

  private record Keys<K, I>(KeySelector<I, K> selector, TypeInformation<K> type) {}

  /**
   * Describes a harness.
   *
   * @param <K> key
   * @param <I> records of the first input
   * @param <O> records of the main output
   */
  public static final class Builder<K, I, O> {
    private final OperatorFactory factory;
    private Optional<Keys<K, I>> keys = Optional.empty();
    private int subtask;
    private int parallelism = 1;
    private List<HarnessSnapshot> restored = List.of();
    private KeyedBackends backends = KeyedBackends.onHeap();
    private StateBackend backend = StateBackend.HEAP;
    private long processingTime;

    private Builder(OperatorFactory factory) {
      this.factory = factory;
    }

    public Builder<K, I, O> keyedBy(KeySelector<I, K> selector, TypeInformation<K> type) {
      keys = Optional.of(new Keys<>(selector, type));
      return this;
    }

    /** Which of how many subtasks it is; the only one if not said. */
    public Builder<K, I, O> subtask(int index, int of) {
      subtask = index;
      parallelism = of;
      return this;
    }

    /** Starts from what all subtasks of the operator had, at any parallelism. */
    public Builder<K, I, O> restore(List<HarnessSnapshot> snapshots) {
      restored = List.copyOf(snapshots);
      return this;
    }

    /** Where its keyed state is; on the heap if not said. */
    public Builder<K, I, O> backend(KeyedBackends where, StateBackend kind) {
      backends = where;
      backend = kind;
      return this;
    }

    /** What its clock shows at first, in milliseconds; 0 if not said. */
    public Builder<K, I, O> clock(long millis) {
      processingTime = millis;
      return this;
    }

    public OperatorHarness<K, I, O> open() throws Exception {
      return new OperatorHarness<>(this);
    }
  }

  public static <K, I, O> Builder<K, I, O> of(OperatorFactory factory) {
    return new Builder<>(factory);
  }

  @SuppressWarnings("unchecked")
  private OperatorHarness(Builder<K, I, O> builder) throws Exception {
    keys = builder.keys;
    clock = builder.processingTime;
    keyed =
        keys.isEmpty()
            ? Optional.empty()
            : Optional.of(
                builder.backends.open(
                    builder.backend,
                    new KeyedStateContext<>(
                        UID,
                        keys.get().type(),
                        KeyGroups.rangeOf(builder.subtask, builder.parallelism, KEY_GROUPS),
                        KEY_GROUPS,
                        HandleFactory.plain(),
                        this::processingTime,
                        loader())));
    operatorState = new OperatorStateBackend(UID, loader());
    boolean isRestored = !builder.restored.isEmpty();
    if (isRestored) {
      List<StateHandles> handles = builder.restored.stream().map(HarnessSnapshot::handles).toList();
      SnapshotReader reader = new SnapshotReader(filesOf(builder.restored), KEY_GROUPS);
      if (keyed.isPresent()) {
        keyed.get().restore(handles, reader);
      }
      operatorState.restore(handles, reader, builder.subtask, builder.parallelism);
    }
    context =
        new HarnessContext(builder.subtask, builder.parallelism, isRestored, keyed, operatorState);
    context.restoredSplits = restoredSplits(builder);
    context.processingTime = clock;
    // A copy of the class, as in a task: an operator must touch public types only.
    operator = (Operator<O>) builder.factory.create(new ClassCopies().at(UID));
    operator.setup(context, this::receive);
    operator.open();
  }

  /** Round robin, as a job's are. */
  private static List<SplitState> restoredSplits(Builder<?, ?, ?> builder) {
    List<SplitState> all =
        builder.restored.stream().flatMap(s -> s.handles().splits().stream()).toList();
    List<SplitState> own = new ArrayList<>();
    for (int i = builder.subtask; i < all.size(); i += builder.parallelism) {
      own.add(all.get(i));
    }
    return own;
  }

  static ClassLoader loader() {
    return OperatorHarness.class.getClassLoader();
  }

  private static MemoryFiles filesOf(List<HarnessSnapshot> snapshots) {
    MemoryFiles all = new MemoryFiles();
    snapshots.forEach(snapshot -> all.addAll(snapshot.files()));
    return all;
  }

  private long processingTime() {
    return clock;
  }

  private void receive(O value, long timestamp) {
    output.add(new Emitted<>(value, timestamp));
    context.roomRefused = refusesRoom;
  }

  /** From now on the output has no room after each record, until the operator is called again. */
  public OperatorHarness<K, I, O> refuseRoomAfterEveryRecord() {
    refusesRoom = true;
    return this;
  }

  /** How often a resumable method stopped for want of room. */
  public int stops() {
    return stops;
  }

  /** Whether this subtask owns the key. */
  public boolean owns(K key) {
    int group = KeyGroups.groupOf(codec().hash(key), KEY_GROUPS);
    return keyed.orElseThrow().keyGroups().contains(group);
  }

  @SuppressWarnings("unchecked")
  public void process(I value, long timestamp) throws Exception {
    if (keys.isPresent()) {
      makeCurrent(keys.get().selector().getKey(value));
    }
    ((OneInputOperator<I, O>) operator).process(value, timestamp);
    context.roomRefused = false;
    runMails();
  }

  /** To the first input of an operator with two; the key is given, if there is one. */
  @SuppressWarnings("unchecked")
  public void process1(Optional<K> key, I value, long timestamp) throws Exception {
    key.ifPresent(this::makeCurrent);
    ((TwoInputOperator<I, Object, O>) operator).process1(value, timestamp);
    runMails();
  }

  /** To the second input of an operator with two. */
  @SuppressWarnings("unchecked")
  public void process2(Optional<K> key, Object value, long timestamp) throws Exception {
    key.ifPresent(this::makeCurrent);
    ((TwoInputOperator<I, Object, O>) operator).process2(value, timestamp);
    runMails();
  }

  private void makeCurrent(K key) {
    KeyCodec<K> codec = codec();
    if (codec.isLong()) {
      keyed.orElseThrow().setCurrentLongKey(codec.toLong(key), codec.hash(key));
    } else {
      keyed.orElseThrow().setCurrentKey(key, codec.hash(key));
    }
  }

  private KeyCodec<K> codec() {
    return keyed.orElseThrow().keyCodec();
  }

  /** To the reader of a source, as from its enumerator. */
  public void assign(List<Blob> splits) throws Exception {
    source().assign(splits);
  }

  /** Reads of a source until it has nothing more for now. */
  public PollStatus pollAll() throws Exception {
    PollStatus status = source().poll();
    while (status == PollStatus.MORE_AVAILABLE) {
      status = source().poll();
    }
    return status;
  }

  /** What a source has made of its splits' watermarks. */
  public long madeWatermark() {
    return source().watermark();
  }

  public boolean isIdle() {
    return source().isIdle();
  }

  private SourceHead<O> source() {
    return (SourceHead<O>) operator;
  }

  public void watermark(long watermark) throws Exception {
    context.watermark = Math.max(context.watermark, watermark);
    toItsEnd(() -> operator.onWatermark(watermark));
  }

  /** Moves the clock and fires what was asked for by then. */
  public void processingTime(long now) throws Exception {
    clock = now;
    context.processingTime = now;
    while (context.processingTimeDue <= now) {
      context.processingTimeDue = Long.MAX_VALUE;
      toItsEnd(() -> operator.onProcessingTime(now));
    }
  }

  /** The last watermark, then the end. */
  public void endOfData() throws Exception {
    watermark(Long.MAX_VALUE);
    toItsEnd(operator::endOfData);
  }

  /** Something that may have to be called again. */
  private interface Resumable {
    boolean run() throws Exception;
  }

  private void toItsEnd(Resumable call) throws Exception {
    context.roomRefused = false;
    while (!call.run()) {
      stops++;
      context.roomRefused = false;
      runMails();
    }
    context.roomRefused = false;
    runMails();
  }

  private void runMails() throws Exception {
    while (!context.mails.isEmpty()) {
      context.mails.remove().run();
    }
  }

  /** The state as it is now, written as a checkpoint's is. */
  public HarnessSnapshot snapshot() throws Exception {
    CheckpointId id = new CheckpointId(++checkpoints);
    List<SplitState> splits = new ArrayList<>();
    operator.snapshot(
        id,
        new OperatorSnapshot() {
          @Override
          public void splits(List<SplitState> states) {
            splits.addAll(states);
          }

          @Override
          public void committables(CompletionStage<List<Blob>> committables) {}
        });
    MemoryFiles files = new MemoryFiles();
    String path = "subtask-" + context.getIndexOfThisSubtask() + ".state";
    try (SnapshotFileWriter writer = new SnapshotFileWriter(files, path, KEY_GROUPS)) {
      if (keyed.isPresent()) {
        try (KeyedCut cut = keyed.get().snapshot()) {
          while (keyed.get().goOnWithCut()) {
            continue;
          }
          writer.writeKeyed(UID, cut);
        }
      }
      Optional<OperatorCut> cut = operatorState.snapshot();
      if (cut.isPresent()) {
        writer.writeOperator(UID, cut.get());
      }
      StateHandles written = writer.commit().getOrDefault(UID, StateHandles.EMPTY);
      return new HarnessSnapshot(
          files,
          new StateHandles(written.keyed(), written.operator(), splits, written.committables()));
    }
  }

  /** What was emitted so far, in order. */
  public List<Emitted<O>> output() {
    return List.copyOf(output);
  }

  /** The same without timestamps. */
  public List<O> values() {
    return output.stream().map(Emitted::value).toList();
  }

  /** What was emitted since the last call. */
  public List<Emitted<O>> takeOutput() {
    List<Emitted<O>> taken = List.copyOf(output);
    output.clear();
    return taken;
  }

  @SuppressWarnings("unchecked")
  public <X> List<Emitted<X>> sideOutput(OutputTag<X> tag) {
    return context.sideOutputs.getOrDefault(tag.id(), List.of()).stream()
        .map(emitted -> (Emitted<X>) emitted)
        .toList();
  }

  public long counter(String name) {
    return context.counters.containsKey(name) ? context.counters.get(name).count() : 0;
  }

  /** Throws what the operator's own close throws, if only unchecked. */
  @Override
  public void close() {
    try {
      operator.close();
    } catch (Exception e) {
      throw Functions.<RuntimeException>rethrow(e);
    }
    keyed.ifPresent(KeyedStateBackend::close);
  }
}
