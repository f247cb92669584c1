package io.millrace.api.datastream.source;

import io.millrace.core.source.PollStatus;
import io.millrace.core.source.ReaderOutput;
import io.millrace.core.source.ReaderOutput.SplitOutput;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Reads range splits one after another. */
abstract class RangeReader<T> implements SourceReader<T, RangeSplit> {
  private final SourceReaderContext context;
  private final Deque<RangeSplit> waiting = new ArrayDeque<>();
  private RangeSplit current;
  private long next;
  private boolean exhausted;
  private boolean asked;

  RangeReader(SourceReaderContext context) {
    this.context = context;
  }

  /** The element of a number; asked for in ascending order within a split. */
  abstract T element(long number) throws Exception;

  /** A split's first element is about to be read. */
  void begun(RangeSplit split) {}

  /** Whether an element may be emitted now; if not, the reader sees to the wake-up. */
  boolean isDue(long number, SplitOutput<T> out) {
    return true;
  }

  @Override
  public void start() {}

  @Override
  public final void addSplits(List<RangeSplit> splits) {
    waiting.addAll(splits);
    asked = false;
    context.wakeUp();
  }

  @Override
  public final void noMoreSplits() {
    exhausted = true;
    context.wakeUp();
  }

  @Override
  public final PollStatus poll(ReaderOutput<T> output) throws Exception {
    while (output.hasRoom()) {
      if (current == null && !begin()) {
        return exhausted ? PollStatus.END_OF_INPUT : PollStatus.NOTHING_AVAILABLE;
      }
      SplitOutput<T> out = output.split(current.splitId());
      long end = current.end();
      long step = current.step();
      while (next <= end && output.hasRoom()) {
        if (!isDue(next, out)) {
          return PollStatus.NOTHING_AVAILABLE;
        }
        T element = element(next);
        next += step;
        out.collect(element);
      }
      if (next > end) {
        output.releaseSplit(current.splitId());
        current = null;
      }
    }
    return PollStatus.MORE_AVAILABLE;
  }

  private boolean begin() {
    current = waiting.poll();
    if (current == null) {
      if (!exhausted && !asked) {
        asked = true;
        context.requestSplit();
      }
      return false;
    }
    next = current.next();
    begun(current);
    return true;
  }

  @Override
  public final List<RangeSplit> snapshotState(long checkpointId) {
    List<RangeSplit> splits = new ArrayList<>(waiting);
    if (current != null) {
      splits.add(0, new RangeSplit(current.splitId(), next, current.end(), current.step()));
    }
    return splits;
  }

  @Override
  public void close() {}
}
