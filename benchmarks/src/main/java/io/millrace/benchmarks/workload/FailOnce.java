package io.millrace.benchmarks.workload;

import io.millrace.core.function.CheckpointListener;
import io.millrace.core.function.Collector;
import io.millrace.core.function.OpenContext;
import java.nio.file.Path;

/**
 * A running sum whose first subtask fails once: after half of its records and two checkpoints.
 * Notes when that was, and when the restored subtasks were open and had their first record.
 */
final class FailOnce extends RunningSum implements CheckpointListener {
  private static final long serialVersionUID = 1L;
  private static final int CHECKPOINTS = 2;

  private final String moments;
  private final boolean fails;
  private final long recordsBefore;
  private transient boolean first;
  private transient boolean armed;
  private transient int index;
  private transient int checkpoints;
  private transient long records;

  /**
   * @param moments directory of what is noted
   * @param fails whether it fails itself, rather than something from outside
   * @param recordsBefore the failure, of the subtask
   */
  FailOnce(Path moments, boolean fails, long recordsBefore) {
    this.moments = moments.toString();
    this.fails = fails;
    this.recordsBefore = recordsBefore;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    super.open(context);
    index = getRuntimeContext().getIndexOfThisSubtask();
    boolean restarted = getRuntimeContext().getAttemptNumber() > 0;
    first = restarted;
    armed = index == 0 && !restarted;
    if (restarted) {
      Moments.note(Path.of(moments), Moments.OPENED, index);
    }
  }

  @Override
  public void processElement(KeyedValue record, Context<Long> context, Collector<KeyedValue> out)
      throws Exception {
    super.processElement(record, context, out);
    if (first) {
      first = false;
      Moments.note(Path.of(moments), Moments.FIRST_RECORD, index);
    }
    if (armed && ++records >= recordsBefore && checkpoints >= CHECKPOINTS) {
      armed = false;
      Moments.note(Path.of(moments), fails ? Moments.FAILURE : Moments.READY, index);
      if (fails) {
        throw new IllegalStateException("Thrown by the recovery benchmark, once");
      }
    }
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    checkpoints++;
  }
}
