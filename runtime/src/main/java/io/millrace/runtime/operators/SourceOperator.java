package io.millrace.runtime.operators;

import io.millrace.core.function.RuntimeContext.Counter;
import io.millrace.core.source.Boundedness;
import io.millrace.core.source.PollStatus;
import io.millrace.core.source.ReaderOutput;
import io.millrace.core.source.Source;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SourceSplit;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.time.WatermarkGenerator;
import io.millrace.core.time.WatermarkStrategy;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.SplitState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Drives a {@link SourceReader}: the head of a source's chain. Records go through their split's
 * output, which assigns timestamps and makes the split's watermark; the source's watermark is the
 * least over its active splits.
 */
public final class SourceOperator<T, SplitT extends SourceSplit> extends SourceHead<T> {
  private final Source<T, SplitT, ?> source;
  private final WatermarkStrategy<T> strategy;
  private SourceReader<T, SplitT> reader;
  private Output<T> output;

  public SourceOperator(Source<T, SplitT, ?> source, WatermarkStrategy<T> strategy) {
    this.source = source;
    this.strategy = strategy;
  }

  @Override
  public void open() throws Exception {
    output = new Output<>(out, strategy, context, source.boundedness());
    reader = source.createReader(new ReaderContext(context));
    reader.start();
    if (!context.restoredSplits().isEmpty()) {
      restore(context.restoredSplits());
    }
  }

  @Override
  public void assign(List<Blob> serialized) throws Exception {
    List<SplitT> splits = new ArrayList<>(serialized.size());
    for (Blob blob : serialized) {
      splits.add(source.splitSerializer().deserialize(blob.version(), blob.bytes()));
    }
    for (SplitT split : splits) {
      output.split(split.splitId());
    }
    add(splits);
  }

  /**
   * A split holds the watermark from its assignment on, or what is read first of another would make
   * it late. How far it holds it is its own promise, kept over the restore: no more and no less.
   */
  private void restore(List<SplitState> states) throws Exception {
    List<SplitT> splits = new ArrayList<>(states.size());
    for (SplitState state : states) {
      SplitT split = state.split().read(source.splitSerializer(), "A split");
      output.split(split.splitId()).promised = state.watermark();
      splits.add(split);
    }
    add(splits);
  }

  private void add(List<SplitT> splits) {
    output.assigned = true;
    if (!splits.isEmpty()) {
      reader.addSplits(splits);
    }
  }

  @Override
  public void noMoreSplits() {
    output.assigned = true;
    reader.noMoreSplits();
  }

  @Override
  public PollStatus poll() throws Exception {
    output.begin();
    return reader.poll(output);
  }

  @Override
  public long watermark() {
    return output.watermark();
  }

  @Override
  public boolean isIdle() {
    return output.isIdle();
  }

  @Override
  public void whenActive(Runnable listener) {
    output.active = listener;
  }

  @Override
  public void snapshot(CheckpointId checkpoint, OperatorSnapshot snapshot) throws Exception {
    VersionedSerializer<SplitT> serializer = source.splitSerializer();
    List<SplitState> states = new ArrayList<>();
    for (SplitT split : reader.snapshotState(checkpoint.value())) {
      Blob blob = new Blob(serializer.version(), serializer.serialize(split));
      states.add(new SplitState(blob, output.watermarkOf(split.splitId())));
    }
    snapshot.splits(states);
  }

  @Override
  public void checkpointCompleted(CheckpointId checkpoint) throws Exception {
    reader.notifyCheckpointComplete(checkpoint.value());
  }

  @Override
  public void close() throws Exception {
    if (reader != null) {
      reader.close();
    }
  }

  /** The reader's output. */
  private static final class Output<T> implements ReaderOutput<T> {
    private final Receiver<T> out;
    private final WatermarkStrategy<T> strategy;
    private final OperatorContext context;
    private final Map<String, Split<T>> splits = new LinkedHashMap<>();
    private final long idleness;
    private final boolean bounded;
    private long watermark = Long.MIN_VALUE;
    private int emitted;

    /**
     * Whether the enumerator has said what this reader gets, be it nothing: before, it must not
     * count as idle.
     */
    private boolean assigned;

    private Runnable active = () -> {};

    Output(
        Receiver<T> out,
        WatermarkStrategy<T> strategy,
        OperatorContext context,
        Boundedness boundedness) {
      this.out = out;
      this.strategy = strategy;
      this.context = context;
      this.idleness = strategy.idlenessMillis();
      this.bounded = boundedness == Boundedness.BOUNDED;
    }

    void begin() {
      emitted = 0;
    }

    @Override
    public boolean hasRoom() {
      return emitted < RecordBatch.CAPACITY && context.hasRoom();
    }

    @Override
    public Split<T> split(String splitId) {
      Split<T> split = splits.get(splitId);
      if (split == null) {
        split = new Split<>(this, strategy.createGenerator(), strategy.timestampAssigner());
        splits.put(splitId, split);
      }
      return split;
    }

    @Override
    public void releaseSplit(String splitId) {
      splits.remove(splitId);
    }

    /** Of one split: nothing is promised of a split that has no output. */
    long watermarkOf(String splitId) {
      Split<T> split = splits.get(splitId);
      return split == null ? Long.MIN_VALUE : split.watermark();
    }

    long watermark() {
      long least = Long.MAX_VALUE;
      boolean active = false;
      for (Split<T> split : splits.values()) {
        if (!split.isIdle()) {
          active = true;
          least = Math.min(least, split.watermark());
        }
      }
      if (active && least > watermark) {
        watermark = least;
      }
      return watermark;
    }

    boolean isIdle() {
      if (bounded && splits.isEmpty()) {
        return false; // Done with what it had, it gets more or comes to its end: it only waits.
      }
      for (Split<T> split : splits.values()) {
        if (!split.isIdle()) {
          return false;
        }
      }
      return assigned && idleness != Long.MAX_VALUE;
    }
  }

  /** The output of one split: on the path of every record of the source. */
  private static final class Split<T> implements ReaderOutput.SplitOutput<T> {
    private static final long NOT_EMPTY = Long.MIN_VALUE;

    private final Output<T> owner;
    private final Receiver<T> out;
    private final WatermarkGenerator<T> generator;
    private final TimestampAssigner<T> assigner;
    private long emptySince = NOT_EMPTY;

    /** The split's watermark in the snapshot it was restored from. */
    private long promised = Long.MIN_VALUE;

    Split(Output<T> owner, WatermarkGenerator<T> generator, TimestampAssigner<T> assigner) {
      this.owner = owner;
      this.out = owner.out;
      this.generator = generator;
      this.assigner = assigner;
    }

    @Override
    public void collect(T record, long timestamp) throws Exception {
      long time = assigner.extractTimestamp(record, timestamp);
      generator.onEvent(record, time);
      if (emptySince != NOT_EMPTY) {
        emptySince = NOT_EMPTY;
        owner.active.run();
      }
      owner.emitted++;
      out.process(record, time);
    }

    @Override
    public void polledEmpty() {
      if (emptySince == NOT_EMPTY && owner.idleness != Long.MAX_VALUE) {
        emptySince = owner.context.currentProcessingTime();
        owner.context.scheduleProcessingTime(emptySince + owner.idleness);
      }
    }

    long watermark() {
      return Math.max(promised, generator.currentWatermark());
    }

    boolean isIdle() {
      return emptySince != NOT_EMPTY
          && owner.context.currentProcessingTime() - emptySince >= owner.idleness;
    }
  }

  /** What the reader sees of its subtask. */
  private record ReaderContext(OperatorContext context) implements SourceReaderContext {
    @Override
    public String jobName() {
      return context.runtimeContext().getJobName();
    }

    @Override
    public int subtaskIndex() {
      return context.runtimeContext().getIndexOfThisSubtask();
    }

    @Override
    public int parallelism() {
      return context.runtimeContext().getNumberOfParallelSubtasks();
    }

    @Override
    public ClassLoader userCodeClassLoader() {
      return context.runtimeContext().getUserCodeClassLoader();
    }

    @Override
    public void requestSplit() {
      context.requestSplit();
    }

    @Override
    public void wakeUp() {
      context.wakeUp();
    }

    @Override
    public void wakeUpAfter(Duration delay) {
      context.wakeUpAfter(delay);
    }

    @Override
    public void fail(Throwable cause) {
      context.fail(cause);
    }

    @Override
    public Counter counter(String name) {
      return context.runtimeContext().counter(name);
    }
  }
}
