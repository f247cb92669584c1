package io.millrace.api.datastream.source;

import io.millrace.core.source.Boundedness;
import io.millrace.core.source.Source;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.KeyGroupRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The entries of a state in a savepoint, read by as many subtasks as there are, each a range of key
 * groups at a time.
 */
public final class SavepointSource<R> implements Source<R, UnitSplit, List<UnitSplit>> {
  private static final long serialVersionUID = 1L;

  /** So that a reader whose key groups are small takes over from others. */
  private static final int SPLITS_A_READER = 4;

  private final String directory;
  private final StateRead<R> read;
  private final ArrayList<KeyGroupRangeText> units = new ArrayList<>();
  private final TypeInformation<R> type;

  /** A range of key groups on its way to the readers. */
  private record KeyGroupRangeText(int first, int last) implements java.io.Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * @param directory of the savepoint, absolute: the same on all machines
   * @param units as {@link StateRead#check} has given them
   */
  public SavepointSource(
      String directory, StateRead<R> read, List<KeyGroupRange> units, TypeInformation<R> type) {
    this.directory = directory;
    this.read = read;
    units.forEach(unit -> this.units.add(new KeyGroupRangeText(unit.first(), unit.last())));
    this.type = type;
  }

  @Override
  public Boundedness boundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public TypeInformation<R> producedType() {
    return type;
  }

  @Override
  public SplitEnumerator<UnitSplit, List<UnitSplit>> createEnumerator(
      SplitEnumeratorContext<UnitSplit> context) {
    int number = Math.min(units.size(), context.currentParallelism() * SPLITS_A_READER);
    List<UnitSplit> splits = new ArrayList<>(number);
    for (int i = 0; i < number; i++) {
      int first = (int) ((long) i * units.size() / number);
      int end = (int) ((long) (i + 1) * units.size() / number);
      splits.add(new UnitSplit("part-" + i, first, end, 0));
    }
    return new Enumerator(context, splits);
  }

  @Override
  public SplitEnumerator<UnitSplit, List<UnitSplit>> restoreEnumerator(
      SplitEnumeratorContext<UnitSplit> context, List<UnitSplit> state) {
    return new Enumerator(context, state);
  }

  @Override
  public SourceReader<R, UnitSplit> createReader(SourceReaderContext context) {
    return new SavepointSourceReader<>(
        context,
        directory,
        read,
        units.stream().map(unit -> new KeyGroupRange(unit.first(), unit.last())).toList());
  }

  @Override
  public VersionedSerializer<UnitSplit> splitSerializer() {
    return UnitSplit.SERIALIZER;
  }

  @Override
  public VersionedSerializer<List<UnitSplit>> enumeratorStateSerializer() {
    return UnitSplit.LIST_SERIALIZER;
  }

  /** Gives the next split to whoever asks: there is no event time that one could be behind in. */
  private static final class Enumerator implements SplitEnumerator<UnitSplit, List<UnitSplit>> {
    private final SplitEnumeratorContext<UnitSplit> context;
    private final Deque<UnitSplit> pending;

    Enumerator(SplitEnumeratorContext<UnitSplit> context, List<UnitSplit> splits) {
      this.context = context;
      this.pending = new ArrayDeque<>(splits);
    }

    @Override
    public void start() {}

    @Override
    public void addReader(int subtask) {}

    @Override
    public void handleSplitRequest(int subtask) {
      UnitSplit split = pending.poll();
      if (split == null) {
        context.signalNoMoreSplits(subtask);
      } else {
        context.assignSplits(subtask, List.of(split));
      }
    }

    @Override
    public void addSplitsBack(List<UnitSplit> splits, int subtask) {
      pending.addAll(splits);
    }

    @Override
    public List<UnitSplit> snapshotState(long checkpointId) {
      return List.copyOf(pending);
    }

    @Override
    public void close() {}
  }
}
