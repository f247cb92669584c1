package io.millrace.benchmarks.columnar;

import io.millrace.api.datastream.source.DataGeneratorSource;
import io.millrace.api.datastream.source.RangeSplit;
import io.millrace.core.source.Boundedness;
import io.millrace.core.source.PollStatus;
import io.millrace.core.source.ReaderOutput;
import io.millrace.core.source.Source;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.exchange.ColumnarBatch;
import io.millrace.runtime.exchange.RecordBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Reads the {@link Changelog} in columnar batches. Of P readers, reader s has the rows s, s + P and
 * so on, so P must divide {@link Changelog#CLASSES}.
 */
final class ChangelogSource implements Source<ColumnarBatch, RangeSplit, List<RangeSplit>> {
  private static final long serialVersionUID = 1L;

  private final long keys;
  private final int rowsABatch;

  /** Makes the splits. */
  private final DataGeneratorSource<Long> numbers;

  /**
   * @param rowsABatch less than a full batch: then nothing is there after each, so that all who are
   *     downstream send what they have
   */
  ChangelogSource(long rows, long keys, int rowsABatch) {
    this.keys = keys;
    this.rowsABatch = rowsABatch;
    this.numbers = new DataGeneratorSource<>(i -> i, rows, TypeInformation.of(Long.class));
  }

  @Override
  public Boundedness boundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public TypeInformation<ColumnarBatch> producedType() {
    return Changelog.TYPE;
  }

  @Override
  public SplitEnumerator<RangeSplit, List<RangeSplit>> createEnumerator(
      SplitEnumeratorContext<RangeSplit> context) {
    if (Changelog.CLASSES % context.currentParallelism() != 0) {
      throw new IllegalArgumentException(
          "The changelog can't be read by "
              + context.currentParallelism()
              + " subtasks: set a parallelism that divides "
              + Changelog.CLASSES);
    }
    return numbers.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<RangeSplit, List<RangeSplit>> restoreEnumerator(
      SplitEnumeratorContext<RangeSplit> context, List<RangeSplit> state) {
    return numbers.restoreEnumerator(context, state);
  }

  @Override
  public SourceReader<ColumnarBatch, RangeSplit> createReader(SourceReaderContext context) {
    return new Reader(context, Changelog.keysPerClass(keys), rowsABatch);
  }

  @Override
  public VersionedSerializer<RangeSplit> splitSerializer() {
    return numbers.splitSerializer();
  }

  @Override
  public VersionedSerializer<List<RangeSplit>> enumeratorStateSerializer() {
    return numbers.enumeratorStateSerializer();
  }

  private static final class Reader implements SourceReader<ColumnarBatch, RangeSplit> {
    private final SourceReaderContext context;
    private final long keysPerClass;
    private final int rowsABatch;
    private final ColumnarBatch batch = Changelog.TYPE.newBatch();
    private final Deque<RangeSplit> splits = new ArrayDeque<>();
    private boolean exhausted;
    private boolean asked;

    Reader(SourceReaderContext context, long keysPerClass, int rowsABatch) {
      this.context = context;
      this.keysPerClass = keysPerClass;
      this.rowsABatch = rowsABatch;
    }

    @Override
    public void start() {}

    @Override
    public void addSplits(List<RangeSplit> added) {
      splits.addAll(added);
      asked = false;
      context.wakeUp();
    }

    @Override
    public void noMoreSplits() {
      exhausted = true;
      context.wakeUp();
    }

    /** One batch a call, so that control messages never wait for more. */
    @Override
    public PollStatus poll(ReaderOutput<ColumnarBatch> output) throws Exception {
      RangeSplit split = splits.poll();
      if (split == null) {
        if (!exhausted && !asked) {
          asked = true;
          context.requestSplit();
        }
        return exhausted ? PollStatus.END_OF_INPUT : PollStatus.NOTHING_AVAILABLE;
      }
      long next = fill(split);
      output.split(split.splitId()).collect(batch);
      if (next <= split.end()) {
        splits.addFirst(new RangeSplit(split.splitId(), next, split.end(), split.step()));
      } else {
        output.releaseSplit(split.splitId());
      }
      if (rowsABatch < RecordBatch.CAPACITY) {
        context.wakeUp();
        return PollStatus.NOTHING_AVAILABLE;
      }
      return PollStatus.MORE_AVAILABLE;
    }

    private long fill(RangeSplit split) {
      batch.clear();
      long[] keys = batch.longs(Changelog.KEY).values;
      long[] numbers = batch.longs(Changelog.NUMBER).values;
      byte[] kinds = batch.kinds;
      long left = (split.end() - split.next()) / split.step() + 1;
      int size = (int) Math.min(left, rowsABatch);
      long row = split.next();
      for (int i = 0; i < size; i++) {
        long bits = Changelog.bits(row);
        int step = Changelog.step(row);
        keys[i] = Changelog.key(row, bits, keysPerClass);
        numbers[i] = Changelog.number(step, bits);
        kinds[i] = Changelog.kind(step, bits);
        row += split.step();
      }
      batch.size = size;
      return row;
    }

    @Override
    public List<RangeSplit> snapshotState(long checkpointId) {
      return new ArrayList<>(splits);
    }

    @Override
    public void close() {}
  }
}
