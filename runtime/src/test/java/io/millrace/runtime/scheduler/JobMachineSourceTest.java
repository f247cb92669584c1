package io.millrace.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointMetadata.EnumeratorState;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.FailureKind;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Enumerators and readers: invariants S1 to S5 by name. */
class JobMachineSourceTest {
  private final Scenario job = Scenario.running(TestGraphs.sourceToSink(2));

  @Test
  void aReaderIsMadeKnownToItsEnumeratorAndServed() {
    ExecutionState.Placed reader = job.machine.attempts().get(1);
    job.tell(reader.taskManager(), new ToJobManager.ReaderOpened(reader.attempt()));
    assertThat(job.last).containsExactly(new JobAction.AddReader(0, 0, 1));
    job.tell(reader.taskManager(), new ToJobManager.SplitRequested(reader.attempt()));
    assertThat(job.last).containsExactly(new JobAction.RequestSplit(0, 0, 1));
    assign(1, "a");
    assertThat(job.lastSent(ToTaskManager.AssignSplits.class))
        .singleElement()
        .satisfies(
            message -> {
              assertThat(message.attempt()).isEqualTo(reader.attempt());
              assertThat(message.sequence()).isEqualTo(1);
            });
  }

  @Test
  void s1AssignedSplitsAreRememberedUntilACheckpointHoldsThem() {
    assign(0, "a");
    received(0, 1);
    CheckpointId id = job.trigger();
    assign(0, "b"); // after the barrier
    SplitTracker splits = job.machine.splits(0).orElseThrow();
    assertThat(splits.assignedSinceCheckpoint(0)).hasSize(2);
    job.complete(id);
    assertThat(splits.assignedSinceCheckpoint(0)).hasSize(1);
    assertThat(job.lastAll(JobAction.NotifyEnumerator.class)).hasSize(1);
  }

  @Test
  void s2WhatTheEnumeratorSaysAfterItsSnapshotWaitsForTheBarrier() {
    assign(0, "a"); // not yet received: holds the trigger back
    job.fire(JobTimer.Kind.CHECKPOINT_DUE);
    CheckpointId id = job.storedCheckpoint();
    job.storeCounters();
    job.snapshotEnumerators(id);
    assign(1, "b");
    assertThat(job.last).isEmpty();
    job.on(new JobEvent.EnumeratorNoMoreSplits(0, 0, 1));
    assertThat(job.last).isEmpty();
    received(0, 1);
    assertThat(messages())
        .containsExactly("TriggerCheckpoint", "TriggerCheckpoint", "AssignSplits", "NoMoreSplits");
  }

  @Test
  void s2AnAbortReleasesWhatWasHeld() {
    assign(0, "a");
    job.fire(JobTimer.Kind.CHECKPOINT_DUE);
    CheckpointId id = job.storedCheckpoint();
    job.storeCounters();
    job.snapshotEnumerators(id);
    assign(1, "b");
    job.on(new JobEvent.TimerFired(new JobTimer(JobTimer.Kind.CHECKPOINT_TIMEOUT, id.value())));
    assertThat(messages()).containsExactly("AssignSplits");
  }

  @Test
  void s3UnconfirmedAssignmentsHoldTheTriggerBack() {
    assign(0, "a");
    assign(0, "b");
    job.fire(JobTimer.Kind.CHECKPOINT_DUE);
    CheckpointId id = job.storedCheckpoint();
    job.storeCounters();
    job.snapshotEnumerators(id);
    assertThat(job.lastSent(ToTaskManager.TriggerCheckpoint.class)).isEmpty();
    received(0, 1);
    assertThat(job.lastSent(ToTaskManager.TriggerCheckpoint.class)).isEmpty();
    received(0, 2);
    assertThat(job.lastSent(ToTaskManager.TriggerCheckpoint.class)).hasSize(2);
  }

  @Test
  void s4NoMoreSplitsIsStateAndToldAgainAfterAFailure() {
    job.on(new JobEvent.EnumeratorNoMoreSplits(0, 0, 1));
    assertThat(messages()).containsExactly("NoMoreSplits");
    received(1, 1);
    job.checkpoint();
    job.become(job.machine.attempts().get(0), TaskState.FAILED);
    job.restart();
    assertThat(job.lastAll(JobAction.RestoreEnumerator.class).get(0).state()).isPresent();
    for (int i = 0; i < 2; i++) {
      ExecutionState.Placed reader = job.machine.attempts().get(i);
      job.tell(reader.taskManager(), new ToJobManager.ReaderOpened(reader.attempt()));
      assertThat(messages()).hasSize(i);
    }
    // The restored enumerator says it too: once is enough.
    job.on(new JobEvent.EnumeratorNoMoreSplits(0, 1, 1));
    assertThat(job.last).isEmpty();
  }

  @Test
  void s4TheSnapshotHoldsWhoWasTold() {
    job.on(new JobEvent.EnumeratorNoMoreSplits(0, 0, 1));
    received(1, 1);
    CheckpointId id = job.trigger();
    job.on(new JobEvent.EnumeratorNoMoreSplits(0, 0, 0)); // after the snapshot
    job.ackAll(id);
    EnumeratorState state =
        job.lastAll(JobAction.WriteMetadata.class)
            .get(0)
            .metadata()
            .operators()
            .get(1)
            .enumerator()
            .orElseThrow();
    assertThat(state.withoutMoreSplits()).containsExactly(1);
  }

  @Test
  void s5AnEnumeratorsExceptionFailsTheJobOver() {
    job.on(new JobEvent.EnumeratorFailed(0, 0, new TaskFailure("topic gone", "at ...")));
    assertThat(job.machine.status()).isEqualTo(JobStatus.RESTARTING);
    assertThat(job.machine.failures().get(0).summary()).isEqualTo("topic gone");
  }

  @Test
  void aPermanentFailureFailsTheJobWithoutARestart() {
    job.on(
        new JobEvent.EnumeratorFailed(
            0, 0, new TaskFailure("no such topic", "", FailureKind.PERMANENT)));
    assertThat(job.machine.phase()).isEqualTo(JobMachine.Phase.STOPPING);
    assertThat(job.machine.status()).isNotEqualTo(JobStatus.RESTARTING);
    assertThat(job.machine.failures().get(0).summary()).isEqualTo("no such topic");
  }

  @Test
  void s5AnAssignmentToAReaderThatIsNotThereFailsTheJobOver() {
    assign(7, "a");
    assertThat(job.machine.failures().get(0).summary())
        .contains("orders-source")
        .contains("reader 7")
        .contains("0 to 1");
  }

  @Test
  void whatAFormerEnumeratorSaysIsDropped() {
    job.become(job.machine.attempts().get(0), TaskState.FAILED);
    job.restart();
    job.on(new JobEvent.EnumeratorAssigned(0, 0, 0, List.of(Scenario.blob("a"))));
    job.on(new JobEvent.EnumeratorFailed(0, 0, new TaskFailure("late", "")));
    assertThat(job.last).isEmpty();
    assertThat(job.machine.phase()).isEqualTo(JobMachine.Phase.DEPLOYING);
  }

  @Test
  void aFreshStartMakesTheEnumeratorWithoutState() {
    assertThat(job.all(JobAction.RestoreEnumerator.class))
        .containsExactly(new JobAction.RestoreEnumerator(0, 0, Optional.empty(), 2));
  }

  private void assign(int subtask, String split) {
    job.on(new JobEvent.EnumeratorAssigned(0, 0, subtask, List.of(Scenario.blob(split))));
  }

  private void received(int subtask, long sequence) {
    ExecutionState.Placed reader = job.machine.attempts().get(subtask);
    job.tell(reader.taskManager(), new ToJobManager.SplitsReceived(reader.attempt(), sequence));
  }

  /** Kinds of the messages of the last event. */
  private List<String> messages() {
    return job.lastSent(ToTaskManager.class).stream()
        .map(message -> message.getClass().getSimpleName())
        .toList();
  }
}
