package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.storage.LocalFileStore;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.rpc.ToJobManager.AckCheckpoint;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToJobManager.TaskStateChanged;
import io.millrace.runtime.rpc.ToTaskManager;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

class SubtaskStepTest {
  private static final ToTaskManager TRIGGER =
      new ToTaskManager.TriggerCheckpoint(
          SteppedSubtask.ATTEMPT, new CheckpointId(1), false, "job/chk-1");

  @TempDir Path directory;
  private int records;

  @Test
  void logLinesSayWhichJobOperatorAndSubtaskTheyAreAbout() throws Exception {
    SteppedSubtask subtask = running();
    Map<String, String> seen = new HashMap<>();
    SteppedSubtask.onRecord = () -> seen.putAll(MDC.getCopyOfContextMap());
    subtask.step();
    assertThat(seen)
        .containsEntry("job", SteppedSubtask.ATTEMPT.job().toString())
        .containsEntry("operator", "source and probe")
        .containsEntry("subtask", "0");
    assertThat(MDC.get("job")).isNull();
    assertThat(MDC.get("operator")).isNull();
    assertThat(MDC.get("subtask")).isNull();
  }

  @Test
  void takesSeveralBatchesAStep() throws Exception {
    SteppedSubtask subtask = running();
    subtask.step();
    assertThat(records).isEqualTo(8 * RecordBatch.CAPACITY);
  }

  @Test
  void looksAtATriggerBetweenTwoRecords() throws Exception {
    SteppedSubtask subtask = running();
    SteppedSubtask.onRecord =
        () -> {
          if (++records == 10) {
            subtask.tell(TRIGGER);
          }
        };
    subtask.step();
    assertThat(records).isEqualTo(10);
    assertThat(subtask.wantsStep()).isTrue();
    subtask.step();
    assertThat(subtask.said(AckCheckpoint.class)).hasSize(1);
  }

  @Test
  void isCancelledBetweenTwoRecords() throws Exception {
    SteppedSubtask subtask = running();
    SteppedSubtask.onRecord =
        () -> {
          if (++records == 10) {
            subtask.tell(new ToTaskManager.Cancel(SteppedSubtask.ATTEMPT));
          }
        };
    subtask.step();
    subtask.step();
    assertThat(records).isEqualTo(10);
    assertThat(subtask.said(TaskStateChanged.class))
        .last()
        .extracting(TaskStateChanged::state)
        .isEqualTo(TaskState.CANCELED);
    assertThat(subtask.wantsStep()).isFalse();
  }

  @Test
  void leavesItsThreadToOthersWhenBatchesTakeLong() throws Exception {
    SteppedSubtask subtask = running();
    SteppedSubtask.onRecord =
        () -> {
          records++;
          subtask.nanos += 2_000; // 1 ms a batch
        };
    subtask.step();
    assertThat(records).isEqualTo(2 * RecordBatch.CAPACITY);
    assertThat(subtask.wantsStep()).isTrue();
  }

  /** As after a cut, when each record of a batch may have a page copied. */
  @Test
  void looksAtTheTimeWithinABatchWhenItIsStopped() throws Exception {
    SteppedSubtask subtask = running();
    SteppedSubtask.losesRoom = true;
    SteppedSubtask.onRecord =
        () -> {
          records++;
          subtask.nanos += 500_000;
        };
    subtask.step();
    assertThat(records).isEqualTo(5);
    assertThat(subtask.wantsStep()).isTrue();
    subtask.step();
    assertThat(records).isEqualTo(10);
  }

  /** KG4: nobody else on the thread, nor control mail, waits for the end of a burst. */
  @Test
  void leavesItsThreadToOthersInABurstOfTimers() throws Exception {
    SteppedSubtask subtask = running();
    SteppedSubtask.burst = 1_000;
    SteppedSubtask.onFired = () -> subtask.nanos += 1_000_000;
    subtask.tell(new ToTaskManager.StopSource(SteppedSubtask.ATTEMPT, true));
    subtask.step();
    int after = SteppedSubtask.burst;
    assertThat(after).isBetween(900, 999);
    assertThat(subtask.wantsStep()).isTrue();
    subtask.step();
    assertThat(SteppedSubtask.burst).isBetween(800, after - 1);
    assertThat(subtask.wantsStep()).isTrue();

    subtask.tell(new ToTaskManager.Cancel(SteppedSubtask.ATTEMPT));
    after = SteppedSubtask.burst;
    subtask.step();
    assertThat(SteppedSubtask.burst).isEqualTo(after);
    assertThat(subtask.said(TaskStateChanged.class))
        .last()
        .extracting(TaskStateChanged::state)
        .isEqualTo(TaskState.CANCELED);
  }

  @Test
  void goesOnWithABurstUntilItsEnd() throws Exception {
    SteppedSubtask subtask = running();
    SteppedSubtask.burst = 100;
    SteppedSubtask.onFired = () -> subtask.nanos += 1_000_000;
    subtask.tell(new ToTaskManager.StopSource(SteppedSubtask.ATTEMPT, true));
    for (int steps = 0; subtask.wantsStep() && steps < 100; steps++) {
      subtask.step();
    }
    assertThat(SteppedSubtask.burst).isZero();
    assertThat(subtask.said(TaskStateChanged.class))
        .last()
        .extracting(TaskStateChanged::state)
        .isEqualTo(TaskState.END_OF_DATA);
  }

  @Test
  void keepsACheckpointsTriggerUntilAllOperatorsAreReady() throws Exception {
    SteppedSubtask subtask = new SteppedSubtask(new LocalFileStore(directory));
    SteppedSubtask.ready = false;
    subtask.deploy();
    subtask.tell(TRIGGER);
    subtask.step();
    assertThat(subtask.wantsStep()).isFalse();
    assertThat(subtask.said(AckCheckpoint.class)).isEmpty();
    assertThat(subtask.said(TaskStateChanged.class)).isEmpty();

    SteppedSubtask.ready = true;
    SteppedSubtask.onRecord = () -> assertThat(subtask.said(AckCheckpoint.class)).hasSize(1);
    subtask.assignEverything();
    subtask.step();
    subtask.step();
    assertThat(subtask.said(TaskStateChanged.class))
        .singleElement()
        .extracting(TaskStateChanged::state)
        .isEqualTo(TaskState.RUNNING);
    assertThat(subtask.said(AckCheckpoint.class))
        .singleElement()
        .extracting(AckCheckpoint::checkpoint)
        .isEqualTo(new CheckpointId(1));
  }

  @Test
  void forgetsATriggerWhoseCheckpointIsAbortedBeforeItIsReady() throws Exception {
    SteppedSubtask subtask = new SteppedSubtask(new LocalFileStore(directory));
    SteppedSubtask.ready = false;
    subtask.deploy();
    subtask.tell(TRIGGER);
    subtask.step();
    SteppedSubtask.ready = true;
    subtask.tell(new ToTaskManager.CheckpointAborted(SteppedSubtask.ATTEMPT, new CheckpointId(1)));
    subtask.step();
    subtask.step();
    assertThat(subtask.said(TaskStateChanged.class)).hasSize(1);
    assertThat(subtask.said(AckCheckpoint.class)).isEmpty();
  }

  /** Counts records, and has taken none yet. */
  private SteppedSubtask running() throws Exception {
    SteppedSubtask subtask = new SteppedSubtask(new LocalFileStore(directory));
    SteppedSubtask.onRecord = () -> records++;
    subtask.deploy();
    subtask.step(); // opens
    subtask.step(); // finds nothing to do
    subtask.assignEverything();
    return subtask;
  }
}
