package io.millrace.api.datastream.source;

import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Hands out the splits of a fixed range to whoever asks. For the enumerator's thread. */
final class RangeEnumerator implements SplitEnumerator<RangeSplit, List<RangeSplit>> {
  private final SplitEnumeratorContext<RangeSplit> context;
  private final Deque<RangeSplit> pending;

  RangeEnumerator(SplitEnumeratorContext<RangeSplit> context, List<RangeSplit> pending) {
    this.context = context;
    this.pending = new ArrayDeque<>(pending);
  }

  @Override
  public void start() {}

  @Override
  public void addReader(int subtask) {}

  @Override
  public void handleSplitRequest(int subtask) {
    RangeSplit split = pending.poll();
    if (split == null) {
      context.signalNoMoreSplits(subtask);
    } else {
      context.assignSplits(subtask, List.of(split));
    }
  }

  @Override
  public void addSplitsBack(List<RangeSplit> splits, int subtask) {
    pending.addAll(splits);
  }

  @Override
  public List<RangeSplit> snapshotState(long checkpointId) {
    return List.copyOf(pending);
  }

  @Override
  public void close() {}
}
