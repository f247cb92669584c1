package io.millrace.api.datastream.source;

import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Hands out the splits of a fixed range: the i-th to reader i, and so on in turn. No reader gets
 * another's, however early it is done: its event time would have passed the other's records. For
 * the enumerator's thread.
 */
final class RangeEnumerator implements SplitEnumerator<RangeSplit, List<RangeSplit>> {
  private final SplitEnumeratorContext<RangeSplit> context;
  private final List<Deque<RangeSplit>> pending = new ArrayList<>();

  RangeEnumerator(SplitEnumeratorContext<RangeSplit> context, List<RangeSplit> splits) {
    this.context = context;
    for (int i = 0; i < context.currentParallelism(); i++) {
      pending.add(new ArrayDeque<>());
    }
    for (int i = 0; i < splits.size(); i++) {
      pending.get(i % pending.size()).add(splits.get(i));
    }
  }

  @Override
  public void start() {}

  @Override
  public void addReader(int subtask) {}

  @Override
  public void handleSplitRequest(int subtask) {
    RangeSplit split = pending.get(subtask).poll();
    if (split == null) {
      context.signalNoMoreSplits(subtask);
    } else {
      context.assignSplits(subtask, List.of(split));
    }
  }

  @Override
  public void addSplitsBack(List<RangeSplit> splits, int subtask) {
    pending.get(subtask).addAll(splits);
  }

  @Override
  public List<RangeSplit> snapshotState(long checkpointId) {
    return pending.stream().flatMap(Deque::stream).toList();
  }

  @Override
  public void close() {}
}
