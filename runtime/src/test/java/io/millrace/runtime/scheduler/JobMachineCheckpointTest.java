package io.millrace.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Checkpoints as the job takes them: invariants CC1 to CC13 by name. */
class JobMachineCheckpointTest {
  private final Scenario job = Scenario.running(TestGraphs.sourceToSink(2));

  @Test
  void cc1TheIdIsStoredBeforeItIsUsed() {
    job.fire(JobTimer.Kind.CHECKPOINT_DUE);
    assertThat(job.lastAll(JobAction.StoreCounters.class))
        .containsExactly(new JobAction.StoreCounters(new JobCounters(2, 1)));
    assertThat(job.lastAll(JobAction.SnapshotEnumerator.class)).isEmpty();

    // An answer to an earlier store doesn't count.
    job.on(new JobEvent.CountersStored(new JobCounters(1, 1)));
    assertThat(job.last).isEmpty();
    job.on(new JobEvent.CountersStored(new JobCounters(2, 1)));
    assertThat(job.lastAll(JobAction.SnapshotEnumerator.class)).hasSize(1);
  }

  @Test
  void cc1IdsIncreaseOverFailuresAndJobManagers() {
    CheckpointId first = job.trigger();
    job.become(job.machine.attempts().get(0), TaskState.FAILED);
    job.restart();
    job.allBecome(TaskState.RUNNING);
    CheckpointId second = job.trigger();
    assertThat(second).isGreaterThan(first);

    JobCounters stored = job.lastOf(JobAction.StoreCounters.class).counters();
    Scenario next = new Scenario(job.graph);
    next.on(new JobEvent.JobStarted(Scenario.TWO_BY_ONE, stored, List.of(), Optional.empty()));
    next.storeCounters();
    assertThat(next.machine.attempts().get(0).attempt().attempt()).isEqualTo(2);
    next.allBecome(TaskState.RUNNING);
    assertThat(next.trigger()).isGreaterThan(second);
  }

  @Test
  void cc2TheOrderOfSteps() {
    job.fire(JobTimer.Kind.CHECKPOINT_DUE);
    CheckpointId id = job.storedCheckpoint();
    job.storeCounters();
    assertThat(job.lastSent(ToTaskManager.TriggerCheckpoint.class)).isEmpty();
    job.snapshotEnumerators(id);
    assertThat(job.lastSent(ToTaskManager.TriggerCheckpoint.class))
        .extracting(trigger -> trigger.attempt().subtask().vertex())
        .containsExactly(0, 0);
    job.ackAll(id);
    CheckpointMetadata metadata = job.lastAll(JobAction.WriteMetadata.class).get(0).metadata();
    assertThat(metadata.id()).isEqualTo(id);
    assertThat(metadata.operators())
        .extracting("uid")
        .containsExactly("orders-sink", "orders-source");
    assertThat(metadata.operators().get(1).enumerator()).isPresent();
    assertThat(metadata.operators().get(0).subtasks()).hasSize(2);
    assertThat(job.sent(ToTaskManager.CheckpointCompleted.class)).isEmpty();
    job.on(new JobEvent.MetadataWritten(id));
    assertThat(job.lastAll(JobAction.WritePointer.class)).hasSize(1);
    assertThat(job.sent(ToTaskManager.CheckpointCompleted.class)).isEmpty();
    job.on(new JobEvent.PointerWritten(id));
    assertThat(job.lastSent(ToTaskManager.CheckpointCompleted.class)).hasSize(4);
    assertThat(job.machine.checkpoints().latest().map(CheckpointMetadata::id)).contains(id);
  }

  @Test
  void cc2SubsumedCheckpointsAreDeletedAfterTheNotification() {
    CheckpointId one = job.checkpoint();
    job.checkpoint();
    assertThat(job.all(JobAction.DeleteCheckpoint.class)).isEmpty();
    job.checkpoint();
    List<Object> kinds = job.last.stream().<Object>map(Object::getClass).toList();
    assertThat(kinds.indexOf(JobAction.Send.class))
        .isLessThan(kinds.indexOf(JobAction.DeleteCheckpoint.class));
    assertThat(job.lastAll(JobAction.DeleteCheckpoint.class))
        .extracting(action -> action.checkpoint().id())
        .containsExactly(one);
    assertThat(job.machine.checkpoints().retained()).hasSize(2);
  }

  @Test
  void cc3AnUnknownPointerKeepsBothCheckpointsAndIsTriedAgain() {
    job.checkpoint();
    job.checkpoint();
    CheckpointId id = job.trigger();
    job.ackAll(id);
    job.on(new JobEvent.MetadataWritten(id));
    job.on(new JobEvent.PointerUnknown(id, "timed out"));
    assertThat(job.all(JobAction.DeleteCheckpoint.class)).isEmpty();
    assertThat(job.lastSent(ToTaskManager.CheckpointCompleted.class)).isEmpty();
    job.fire(JobTimer.Kind.POINTER_RETRY);
    assertThat(job.lastAll(JobAction.WritePointer.class)).hasSize(1);
    job.on(new JobEvent.PointerWritten(id));
    assertThat(job.lastSent(ToTaskManager.CheckpointCompleted.class)).hasSize(4);
  }

  @Test
  void cc3AfterAnUnknownPointerAFailedOneIsUnknownTooSinceTheFirstMayNameTheCheckpoint() {
    CheckpointId id = job.trigger();
    job.ackAll(id);
    job.on(new JobEvent.MetadataWritten(id));
    job.on(new JobEvent.PointerUnknown(id, "timed out"));
    job.fire(JobTimer.Kind.POINTER_RETRY);
    job.on(new JobEvent.PointerFailed(id, "no space"));
    assertThat(job.all(JobAction.DeleteCheckpoint.class)).isEmpty();
    assertThat(job.sent(ToTaskManager.CheckpointAborted.class)).isEmpty();
    job.fire(JobTimer.Kind.POINTER_RETRY);
    job.on(new JobEvent.PointerWritten(id));
    assertThat(job.machine.checkpoints().latest().map(CheckpointMetadata::id)).contains(id);
  }

  @Test
  void cc3AFailedPointerAbortsAndTheTriggerLivesOn() {
    CheckpointId id = job.trigger();
    job.ackAll(id);
    job.on(new JobEvent.MetadataWritten(id));
    job.on(new JobEvent.PointerFailed(id, "no space"));
    assertThat(job.lastSent(ToTaskManager.CheckpointAborted.class)).hasSize(4);
    assertThat(job.lastAll(JobAction.DeleteCheckpoint.class)).hasSize(1);
    assertThat(job.checkpoint()).isGreaterThan(id);
  }

  @Test
  void cc4LateAndForeignAcksAreDiscardedAndNothingElse() {
    CheckpointId aborted = job.trigger();
    job.on(new JobEvent.TimerFired(new JobTimer(JobTimer.Kind.CHECKPOINT_TIMEOUT, 1)));
    ExecutionState.Placed placed = job.machine.attempts().get(0);
    job.ack(placed, aborted);
    assertThat(job.last)
        .containsExactly(
            new JobAction.DiscardState(List.of("chk-" + aborted + "/" + placed.attempt())));

    CheckpointId id = job.trigger();
    job.tell(Scenario.TM1, job.ackOf(Scenario.attempt(0, 0, 99), id));
    assertThat(job.lastAll(JobAction.DiscardState.class)).hasSize(1);
    job.ack(placed, id);
    job.ack(placed, id);
    assertThat(job.last).as("a doubled message").isEmpty();
    assertThat(job.all(JobAction.WriteMetadata.class)).isEmpty();
  }

  @Test
  void cc5NothingStartsAfterTheAbort() {
    job.fire(JobTimer.Kind.CHECKPOINT_DUE);
    CheckpointId id = job.storedCheckpoint();
    job.storeCounters();
    job.on(new JobEvent.TimerFired(new JobTimer(JobTimer.Kind.CHECKPOINT_TIMEOUT, id.value())));
    job.on(new JobEvent.EnumeratorSnapshot(0, 0, id, Scenario.blob("late")));
    assertThat(job.last).isEmpty();
    assertThat(job.sent(ToTaskManager.TriggerCheckpoint.class)).isEmpty();
  }

  @Test
  void cc6AFailedAttemptFailsThePendingCheckpoint() {
    CheckpointId id = job.trigger();
    job.become(job.machine.attempts().get(3), TaskState.FAILED);
    assertThat(job.machine.checkpoints().isSettled()).isTrue();
    assertThat(job.lastAll(JobAction.DeleteCheckpoint.class)).hasSize(1);
    assertThat(job.machine.checkpoints().history().newestFirst().get(0).failure())
        .hasValueSatisfying(why -> assertThat(why).contains("Checkpoint " + id));
  }

  @Test
  void cc6ARestartWaitsForThePointerThatIsBeingWritten() {
    CheckpointId id = job.trigger();
    job.ackAll(id);
    job.on(new JobEvent.MetadataWritten(id));
    job.become(job.machine.attempts().get(0), TaskState.FAILED);
    job.allBecome(TaskState.CANCELED);
    assertThat(job.machine.phase()).isEqualTo(JobMachine.Phase.STOPPING);

    job.on(new JobEvent.PointerWritten(id));
    assertThat(job.machine.phase()).isEqualTo(JobMachine.Phase.BACKOFF);
    job.fire(JobTimer.Kind.RESTART);
    job.storeCounters();
    assertThat(job.lastSent(ToTaskManager.Deploy.class))
        .allSatisfy(deploy -> assertThat(deploy.deployment().restoredFrom()).contains(id));
  }

  @Test
  void cc8FailuresAreCountedInARowAndTooManyRestartTheJob() {
    for (int i = 0; i < 2; i++) {
      CheckpointId id = job.trigger();
      ExecutionState.Placed placed = job.machine.attempts().get(0);
      job.tell(
          placed.taskManager(),
          new ToJobManager.DeclineCheckpoint(placed.attempt(), id, "disk full"));
      assertThat(job.machine.phase()).isEqualTo(JobMachine.Phase.RUNNING);
    }
    job.checkpoint(); // forgives
    for (int i = 0; i < 3; i++) {
      CheckpointId id = job.trigger();
      job.ackAll(id);
      job.on(new JobEvent.MetadataFailed(id, "disk full"));
    }
    assertThat(job.machine.phase()).isEqualTo(JobMachine.Phase.STOPPING);
    assertThat(job.machine.failures().get(0).summary())
        .contains("disk full")
        .contains("more than 2");
  }

  @Test
  void cc12ASavepointIsNeitherRegisteredNorCommittedNorDoesItSubsume() {
    job.checkpoint();
    CheckpointId latest = job.checkpoint();
    job.log.clear();
    job.on(new JobEvent.SavepointRequested(42, Optional.of("backup/")));
    CheckpointId id = job.bringToTrigger();
    assertThat(job.lastSent(ToTaskManager.TriggerCheckpoint.class))
        .allSatisfy(
            trigger -> {
              assertThat(trigger.savepoint()).isTrue();
              assertThat(trigger.directory())
                  .isEqualTo("backup/savepoint-" + Scenario.JOB + "-" + id);
            });
    job.ackAll(id);
    job.on(new JobEvent.MetadataWritten(id));
    assertThat(job.lastAll(JobAction.CompleteRequest.class))
        .containsExactly(
            new JobAction.CompleteRequest(
                42, Optional.of("backup/savepoint-" + Scenario.JOB + "-" + id), Optional.empty()));
    assertThat(job.all(JobAction.WritePointer.class)).isEmpty();
    assertThat(job.all(JobAction.DeleteCheckpoint.class)).isEmpty();
    assertThat(job.sent(ToTaskManager.CheckpointCompleted.class)).isEmpty();
    assertThat(job.machine.checkpoints().latest().map(CheckpointMetadata::id)).contains(latest);
    // A doubled acknowledgement must not delete the savepoint's files.
    job.ack(job.machine.attempts().get(0), id);
    assertThat(job.last).isEmpty();
  }

  @Test
  void aSavepointWaitsForTheCheckpointUnderWay() {
    CheckpointId periodic = job.trigger();
    job.on(new JobEvent.SavepointRequested(42, Optional.empty()));
    assertThat(job.last).isEmpty();
    job.complete(periodic);
    assertThat(job.lastAll(JobAction.StoreCounters.class)).hasSize(1);
  }

  @Test
  void cc12StopWithSavepointCommitsAndFinishes() {
    job.on(new JobEvent.StopRequested(5, Optional.empty(), false));
    assertThat(job.lastSent(ToTaskManager.StopSource.class)).hasSize(2);
    job.allBecome(TaskState.END_OF_DATA);
    CheckpointId id = job.bringToTrigger();
    job.ackAll(id);
    job.on(new JobEvent.MetadataWritten(id));
    assertThat(job.lastAll(JobAction.WritePointer.class).get(0).retained())
        .extracting(RetainedCheckpoint::savepoint)
        .containsExactly(true);
    job.on(new JobEvent.PointerWritten(id));
    assertThat(job.lastSent(ToTaskManager.CheckpointCompleted.class)).hasSize(4);
    assertThat(job.lastSent(ToTaskManager.Finish.class)).hasSize(4);
    job.allBecome(TaskState.FINISHED);
    assertThat(job.machine.status()).isEqualTo(JobStatus.FINISHED);
    assertThat(job.lastAll(JobAction.CompleteRequest.class))
        .singleElement()
        .satisfies(done -> assertThat(done.location()).isPresent());
  }

  @Test
  void cc12AFailedCommitOfTheStopSavepointDoesNotRestartFromAnOlderCheckpoint() {
    job.checkpoint();
    job.on(new JobEvent.StopRequested(5, Optional.empty(), true));
    job.allBecome(TaskState.END_OF_DATA);
    CheckpointId id = job.bringToTrigger();
    job.complete(id);
    job.become(job.machine.attempts().get(3), TaskState.FAILED);
    assertThat(job.lastAll(JobAction.CompleteRequest.class).get(0).failure())
        .hasValueSatisfying(
            why -> assertThat(why).contains("savepoint-").contains("start the job from it"));
    job.allBecome(TaskState.CANCELED);
    assertThat(job.machine.status()).isEqualTo(JobStatus.FAILED);
    assertThat(job.all(JobAction.SweepFiles.class).get(0).keep())
        .extracting(RetainedCheckpoint::id)
        .contains(id);
  }

  @Test
  void cc12AnInterruptedStopIsNotRecoveredFromByTheNextJobManager() {
    RetainedCheckpoint savepoint =
        new RetainedCheckpoint(new CheckpointId(9), "x/savepoint-9", true);
    Scenario next = new Scenario(job.graph);
    next.on(
        new JobEvent.JobStarted(
            Scenario.TWO_BY_ONE, new JobCounters(10, 4), List.of(savepoint), Optional.empty()));
    assertThat(next.machine.status()).isEqualTo(JobStatus.FAILED);
    assertThat(next.machine.detail().orElseThrow()).contains("x/savepoint-9");
  }

  @Test
  void cc13AFinalCheckpointFollowsTheEndOfData() {
    job.allBecome(TaskState.END_OF_DATA);
    assertThat(job.sent(ToTaskManager.Finish.class)).isEmpty();
    CheckpointId id = job.bringToTrigger();
    job.complete(id);
    assertThat(job.lastSent(ToTaskManager.CheckpointCompleted.class)).hasSize(4);
    assertThat(job.lastSent(ToTaskManager.Finish.class)).hasSize(4);
    job.allBecome(TaskState.FINISHED);
    assertThat(job.machine.status()).isEqualTo(JobStatus.FINISHED);
    assertThat(job.lastAll(JobAction.SweepFiles.class).get(0).keep()).isEmpty();
  }

  @Test
  void cc13AFailedFinalCheckpointIsTakenAgain() {
    job.allBecome(TaskState.END_OF_DATA);
    CheckpointId id = job.bringToTrigger();
    job.on(new JobEvent.TimerFired(new JobTimer(JobTimer.Kind.CHECKPOINT_TIMEOUT, id.value())));
    job.fire(JobTimer.Kind.FINAL_CHECKPOINT);
    CheckpointId again = job.bringToTrigger();
    job.complete(again);
    assertThat(job.lastSent(ToTaskManager.Finish.class)).hasSize(4);
  }

  @Test
  void cc13AJobWithoutCheckpointsAndTransactionsFinishesAtOnce() {
    Scenario plain =
        Scenario.running(
            TestGraphs.sourceToSink(
                2, CheckpointSettings.DISABLED, TestGraphs.RESTARTS, Kind.OPERATOR));
    plain.allBecome(TaskState.END_OF_DATA);
    assertThat(plain.lastSent(ToTaskManager.Finish.class)).hasSize(4);
  }

  @Test
  void theTimeoutNamesWhatWasWaitedFor() {
    CheckpointId id = job.trigger();
    job.ack(job.machine.attempts().get(0), id);
    job.on(new JobEvent.TimerFired(new JobTimer(JobTimer.Kind.CHECKPOINT_TIMEOUT, id.value())));
    assertThat(job.machine.checkpoints().history().newestFirst().get(0).failure().orElseThrow())
        .contains("PT10S")
        .contains(job.machine.attempts().get(1).attempt().toString())
        .doesNotContain(job.machine.attempts().get(0).attempt().toString());
  }
}
