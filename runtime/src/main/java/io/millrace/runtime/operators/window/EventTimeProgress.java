package io.millrace.runtime.operators.window;

import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.operators.OperatorContext;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyGroups;
import io.millrace.runtime.state.KeyedStateBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How far event time had come for each key group before a restore. After one, watermarks begin
 * anew, and a subtask may own key groups of several former subtasks whose watermarks differed: a
 * window that had fired for a group must not fire again for it, and what was late for it is late
 * still. Kept as a union list of ranges of key groups, so that it is exact at any parallelism.
 *
 * <p>Owned by the operator's subtask.
 */
public final class EventTimeProgress {
  private final KeyedStateBackend<?> state;
  private final KeyGroupRange range;
  private final ListState<Mark> marks;
  private final long[] restored;
  private final long lowest;
  private final long highest;
  private final long sequence;

  /**
   * A range of key groups that had come equally far.
   *
   * @param sequence of the last record that was taken
   */
  public record Mark(int firstGroup, int lastGroup, long watermark, long sequence) {}

  /** To be made in {@code open}: it restores. */
  public EventTimeProgress(OperatorContext context) {
    this.state = context.keyedState();
    this.range = state.keyGroups();
    this.marks =
        context
            .operatorState()
            .getUnionListState(
                new ListStateDescriptor<>("$event-time", TypeInformation.of(Mark.class)));
    this.restored = new long[range.size()];
    Arrays.fill(restored, Long.MIN_VALUE);
    long lastSequence = 0;
    for (Mark mark : marks.get()) {
      lastSequence = Math.max(lastSequence, mark.sequence());
      int from = Math.max(mark.firstGroup(), range.first());
      int to = Math.min(mark.lastGroup(), range.last());
      for (int group = from; group <= to; group++) {
        restored[group - range.first()] = mark.watermark();
      }
    }
    this.sequence = lastSequence;
    this.lowest = Arrays.stream(restored).min().orElse(Long.MIN_VALUE);
    this.highest = Arrays.stream(restored).max().orElse(Long.MIN_VALUE);
  }

  /** What all key groups had reached. */
  public long lowest() {
    return lowest;
  }

  /** What some key group had reached: from here on the subtask's own watermark is all there is. */
  public long highest() {
    return highest;
  }

  /** Number of the last record that any former subtask had taken. */
  public long sequence() {
    return sequence;
  }

  /** How far the current key's group has come, given the subtask's own watermark. */
  public long ofCurrentKey(long watermark) {
    return watermark >= highest ? watermark : Math.max(watermark, restored[currentGroup()]);
  }

  @SuppressWarnings("unchecked")
  private int currentGroup() {
    KeyedStateBackend<Object> keyed = (KeyedStateBackend<Object>) state;
    int hash = keyed.keyCodec().hash(keyed.currentKey());
    return KeyGroups.groupOf(hash, keyed.maxParallelism()) - range.first();
  }

  /** Brings the operator state up to date; to be called at a snapshot. */
  public void store(long watermark, long lastSequence) {
    List<Mark> runs = new ArrayList<>();
    int first = 0;
    for (int i = 1; i <= restored.length; i++) {
      long reached = Math.max(watermark, restored[first]);
      if (i == restored.length || Math.max(watermark, restored[i]) != reached) {
        runs.add(new Mark(range.first() + first, range.first() + i - 1, reached, lastSequence));
        first = i;
      }
    }
    marks.update(runs);
  }
}
