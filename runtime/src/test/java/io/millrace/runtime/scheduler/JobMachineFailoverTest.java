package io.millrace.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.checkpoint.CheckpointPaths;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.FailureKind;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Slots, deployment, failover and cancel: invariants SL*, FO*, HA2, HA4 and HB* by name. */
class JobMachineFailoverTest {
  private final Scenario job = Scenario.running(TestGraphs.sourceToSink(2));

  @Test
  void subtasksOfOneIndexShareASlotAndSlotsAreSpreadOverTaskManagers() {
    Scenario wide = new Scenario(TestGraphs.sourceToSink(4));
    wide.start(List.of(Scenario.slots(Scenario.TM2, 3), Scenario.slots(Scenario.TM1, 2)));
    assertThat(wide.machine.attempts())
        .extracting(
            placed ->
                placed.attempt().subtask().vertex()
                    + "."
                    + placed.attempt().subtask().index()
                    + "@"
                    + placed.taskManager())
        .containsExactly(
            "0.0@tm-1",
            "0.1@tm-2",
            "0.2@tm-1",
            "0.3@tm-2",
            "1.0@tm-1",
            "1.1@tm-2",
            "1.2@tm-1",
            "1.3@tm-2");
    assertThat(wide.lastAll(JobAction.UseSlots.class).get(0).slots())
        .extracting(SlotOffer::count)
        .containsExactly(2, 2);
    TaskDeployment sink = wide.lastSent(ToTaskManager.Deploy.class).get(4).deployment();
    assertThat(sink.inputs().get(0).producers())
        .extracting(TaskDeployment.Peer::taskManager)
        .containsExactly("tm-1", "tm-2", "tm-1", "tm-2");
    assertThat(sink.inputs().get(0).producerParallelism()).isEqualTo(4);
    assertThat(wide.lastSent(ToTaskManager.Deploy.class).get(0).deployment().outputs().get(0))
        .satisfies(output -> assertThat(output.consumerMaxParallelism()).isEqualTo(128));
  }

  @Test
  void sl1WithoutSlotsItWaitsAndSaysSo() {
    Scenario waiting = new Scenario(TestGraphs.sourceToSink(2));
    waiting.on(
        new JobEvent.JobStarted(List.of(), JobCounters.INITIAL, List.of(), Optional.empty()));
    assertThat(waiting.machine.status()).isEqualTo(JobStatus.WAITING_FOR_SLOTS);
    assertThat(waiting.machine.detail().orElseThrow()).contains("wants 2");
    waiting.on(new JobEvent.SlotsChanged(Scenario.TWO_BY_ONE));
    waiting.storeCounters();
    assertThat(waiting.machine.status()).isEqualTo(JobStatus.DEPLOYING);
  }

  @Test
  void sl1WithFewerSlotsItRunsSmallerWithAWarningAndFullyAfterTheNextFailure() {
    Scenario small = new Scenario(TestGraphs.sourceToSink(2));
    small.start(List.of(Scenario.slots(Scenario.TM1, 1)));
    assertThat(small.machine.attempts()).hasSize(2);
    small.allBecome(TaskState.RUNNING);
    assertThat(small.machine.detail().orElseThrow()).contains("1 slots instead of 2");
    small.on(new JobEvent.SlotsChanged(Scenario.TWO_BY_ONE));
    small.become(small.machine.attempts().get(0), TaskState.FAILED);
    small.restart();
    assertThat(small.machine.attempts()).hasSize(4);
    small.allBecome(TaskState.RUNNING);
    assertThat(small.machine.detail()).isEmpty();
  }

  @Test
  void sl1ItWaitsAMomentForMoreSlotsIfToldTo() {
    Scenario patient = new Scenario(TestGraphs.sourceToSink(2), Duration.ofMillis(500));
    patient.on(
        new JobEvent.JobStarted(
            List.of(Scenario.slots(Scenario.TM1, 1)),
            JobCounters.INITIAL,
            List.of(),
            Optional.empty()));
    assertThat(patient.machine.phase()).isEqualTo(JobMachine.Phase.WAITING_FOR_SLOTS);
    patient.fire(JobTimer.Kind.SLOT_PATIENCE);
    patient.storeCounters();
    assertThat(patient.machine.attempts()).hasSize(2);

    Scenario served = new Scenario(TestGraphs.sourceToSink(2), Duration.ofMillis(500));
    served.on(
        new JobEvent.JobStarted(
            List.of(Scenario.slots(Scenario.TM1, 1)),
            JobCounters.INITIAL,
            List.of(),
            Optional.empty()));
    served.on(new JobEvent.SlotsChanged(Scenario.TWO_BY_ONE));
    served.storeCounters();
    assertThat(served.machine.attempts()).hasSize(4);
  }

  @Test
  void sl2AReconnectedTaskManagersReportIsTheTruth() {
    AttemptId zombie = Scenario.attempt(0, 0, -7);
    AttemptId running = Scenario.attempt(0, 0, 0);
    job.tell(Scenario.TM1, register(Scenario.TM1, zombie, running));
    assertThat(job.lastSent(ToTaskManager.Cancel.class))
        .extracting(ToTaskManager.Cancel::attempt)
        .contains(zombie, running);
    assertThat(job.machine.phase()).isEqualTo(JobMachine.Phase.STOPPING);
    // What it did not report has ended.
    assertThat(job.machine.attempts())
        .filteredOn(placed -> placed.attempt().equals(Scenario.attempt(1, 0, 0)))
        .singleElement()
        .satisfies(placed -> assertThat(placed.state()).isEqualTo(TaskState.CANCELED));
  }

  @Test
  void sl2ANewTaskManagerDisturbsNobody() {
    job.tell(Scenario.TM2, register(new TaskManagerId("tm-3")));
    assertThat(job.last).isEmpty();
  }

  @Test
  void fo2RedeploysOnlyWhenEveryAttemptHasEnded() {
    CheckpointId latest = job.checkpoint();
    job.become(job.machine.attempts().get(0), TaskState.FAILED);
    assertThat(job.lastSent(ToTaskManager.Cancel.class)).hasSize(3);
    assertThat(job.lastAll(JobAction.CloseEnumerator.class)).hasSize(1);
    assertThat(job.machine.status()).isEqualTo(JobStatus.RESTARTING);
    job.become(job.machine.attempts().get(1), TaskState.CANCELED);
    job.become(job.machine.attempts().get(2), TaskState.CANCELED);
    assertThat(job.lastAll(JobAction.StartTimer.class)).isEmpty();
    job.on(new JobEvent.TaskManagerLost(Scenario.TM2, "no heartbeat")); // has the fourth
    assertThat(job.lastAll(JobAction.StartTimer.class)).hasSize(1);
    job.on(new JobEvent.SlotsChanged(Scenario.TWO_BY_ONE));
    job.fire(JobTimer.Kind.RESTART);
    assertThat(job.lastSent(ToTaskManager.Deploy.class)).isEmpty();
    job.storeCounters();
    assertThat(job.lastSent(ToTaskManager.Deploy.class))
        .hasSize(4)
        .allSatisfy(
            deploy -> {
              assertThat(deploy.deployment().attempt().attempt()).isEqualTo(1);
              assertThat(deploy.deployment().restoredFrom()).contains(latest);
              assertThat(deploy.deployment().restore()).isNotEmpty();
            });
    assertThat(job.machine.restarts()).isEqualTo(1);
  }

  @Test
  void fo2MessagesOfFormerAttemptsChangeNothing() {
    List<ExecutionState.Placed> former = job.machine.attempts();
    job.become(former.get(0), TaskState.FAILED);
    job.restart();
    for (ExecutionState.Placed placed : former) {
      job.become(placed, TaskState.FAILED);
      job.tell(placed.taskManager(), new ToJobManager.ReaderOpened(placed.attempt()));
      job.tell(placed.taskManager(), new ToJobManager.SplitsReceived(placed.attempt(), 5));
      assertThat(job.last).isEmpty();
    }
    // Nor does one from where the attempt doesn't run.
    job.tell(
        Scenario.TM2,
        new ToJobManager.TaskStateChanged(
            Scenario.attempt(0, 0, 1), TaskState.FAILED, Optional.empty()));
    assertThat(job.last).isEmpty();
  }

  @Test
  void fo4FurtherFailuresJoinTheRestartUnderWay() {
    job.become(job.machine.attempts().get(0), TaskState.FAILED);
    job.become(job.machine.attempts().get(1), TaskState.FAILED);
    job.on(new JobEvent.TaskManagerLost(Scenario.TM2, "killed"));
    assertThat(job.machine.failures())
        .extracting(FailureEntry::rootCause)
        .containsExactly(false, false, true);
    job.restart();
    assertThat(job.machine.restarts()).isEqualTo(1);
    assertThat(job.all(JobAction.StartTimer.class))
        .filteredOn(action -> action.timer().kind() == JobTimer.Kind.RESTART)
        .hasSize(1);
  }

  @Test
  void fo4CancelDuringARestartJoinsIt() {
    job.become(job.machine.attempts().get(0), TaskState.FAILED);
    job.on(new JobEvent.CancelRequested(9));
    assertThat(job.machine.status()).isEqualTo(JobStatus.CANCELLING);
    job.allBecome(TaskState.CANCELED);
    assertThat(job.machine.status()).isEqualTo(JobStatus.CANCELED);
    assertThat(job.all(JobAction.CompleteRequest.class))
        .containsExactly(new JobAction.CompleteRequest(9, Optional.empty(), Optional.empty()));
  }

  @Test
  void fo4CancelIsLegalInEveryPhase() {
    Scenario waiting = new Scenario(job.graph);
    waiting.on(
        new JobEvent.JobStarted(List.of(), JobCounters.INITIAL, List.of(), Optional.empty()));
    waiting.on(new JobEvent.CancelRequested(1));
    assertThat(waiting.machine.status()).isEqualTo(JobStatus.CANCELED);

    Scenario backoff = Scenario.running(job.graph);
    backoff.become(backoff.machine.attempts().get(0), TaskState.FAILED);
    backoff.allBecome(TaskState.CANCELED);
    assertThat(backoff.machine.phase()).isEqualTo(JobMachine.Phase.BACKOFF);
    backoff.on(new JobEvent.CancelRequested(1));
    assertThat(backoff.machine.status()).isEqualTo(JobStatus.CANCELED);

    Scenario deploying = new Scenario(job.graph);
    deploying.start(Scenario.TWO_BY_ONE);
    deploying.on(new JobEvent.CancelRequested(1));
    deploying.allBecome(TaskState.CANCELED);
    assertThat(deploying.machine.status()).isEqualTo(JobStatus.CANCELED);
    assertThat(deploying.sent(ToTaskManager.ReleaseJob.class)).hasSize(2);
    deploying.on(new JobEvent.CancelRequested(2));
    assertThat(deploying.lastAll(JobAction.CompleteRequest.class)).hasSize(1);
  }

  @Test
  void fo4TheBackOffGrowsAndTheBudgetEnds() {
    RestartSettings thrice =
        new RestartSettings(
            Duration.ofMillis(100), Duration.ofMillis(300), 2, Duration.ofMinutes(1), 0, 3);
    Scenario failing =
        Scenario.running(
            TestGraphs.sourceToSink(2, TestGraphs.EVERY_SECOND, thrice, Kind.OPERATOR));
    for (long millis : new long[] {100, 200, 300}) {
      failing.become(failing.machine.attempts().get(0), TaskState.FAILED);
      failing.now -= 4; // the four events of cancelling take no time
      failing.allBecome(TaskState.CANCELED);
      assertThat(failing.all(JobAction.StartTimer.class))
          .filteredOn(action -> action.timer().kind() == JobTimer.Kind.RESTART)
          .last()
          .satisfies(
              action -> assertThat(action.delay().toMillis()).isBetween(millis - 4, millis + 4));
      failing.fire(JobTimer.Kind.RESTART);
      failing.storeCounters();
      failing.allBecome(TaskState.RUNNING);
    }
    failing.become(failing.machine.attempts().get(0), TaskState.FAILED);
    failing.allBecome(TaskState.CANCELED);
    assertThat(failing.machine.status()).isEqualTo(JobStatus.FAILED);
    assertThat(failing.machine.detail().orElseThrow()).contains("boom");
  }

  @Test
  void theStatusIsTerminalBeforeAnythingIsDeleted() {
    job.checkpoint();
    job.on(new JobEvent.CancelRequested(1));
    job.allBecome(TaskState.CANCELED);
    List<Class<?>> kinds = job.log.stream().<Class<?>>map(Object::getClass).toList();
    int status = kinds.lastIndexOf(JobAction.StatusChanged.class);
    assertThat(job.lastOf(JobAction.StatusChanged.class).status()).isEqualTo(JobStatus.CANCELED);
    assertThat(kinds.indexOf(JobAction.SweepFiles.class)).isGreaterThan(status);
    assertThat(kinds).doesNotContain(JobAction.DeleteCheckpoint.class);
  }

  @Test
  void aFailedJobKeepsItsCheckpoints() {
    RestartSettings never = RestartSettings.none();
    Scenario failing =
        Scenario.running(TestGraphs.sourceToSink(2, TestGraphs.EVERY_SECOND, never, Kind.OPERATOR));
    CheckpointId kept = failing.checkpoint();
    failing.become(failing.machine.attempts().get(0), TaskState.FAILED);
    failing.allBecome(TaskState.CANCELED);
    assertThat(failing.lastOf(JobAction.SweepFiles.class).keep())
        .extracting(checkpoint -> checkpoint.id())
        .containsExactly(kept);
  }

  @Test
  void ha4AnUnreadableCheckpointFailsTheJobAndDeletesNothing() {
    Scenario recovering = new Scenario(job.graph);
    String why = new CorruptDataException("chk-7/_metadata can't be read").getMessage();
    recovering.on(new JobEvent.RecoveryFailed(new TaskFailure(why, "")));
    assertThat(recovering.machine.status()).isEqualTo(JobStatus.FAILED);
    assertThat(recovering.machine.detail()).contains(why);
    assertThat(recovering.all(JobAction.SweepFiles.class)).isEmpty();
    assertThat(recovering.all(JobAction.DeleteCheckpoint.class)).isEmpty();
  }

  @Test
  void ha4UnreadableStateFailsTheJobAtOnceAndNamesTheOlderCheckpoint() {
    CheckpointId older = job.checkpoint();
    CheckpointId latest = job.checkpoint();
    job.restart();
    ExecutionState.Placed first = job.machine.attempts().get(0);
    TaskFailure damaged =
        new TaskFailure("count: chk-2/0-0 is damaged", "", FailureKind.UNREADABLE_STATE);
    job.tell(
        first.taskManager(),
        new ToJobManager.TaskStateChanged(first.attempt(), TaskState.FAILED, Optional.of(damaged)));
    job.allBecome(TaskState.CANCELED);

    assertThat(job.machine.status()).isEqualTo(JobStatus.FAILED);
    assertThat(job.machine.detail().orElseThrow())
        .contains("chk-2/0-0 is damaged")
        .contains("--from " + CheckpointPaths.checkpoint(Scenario.JOB, older) + " JAR");
    assertThat(job.machine.failures().get(0).rootCause()).isTrue();
    assertThat(job.lastOf(JobAction.SweepFiles.class).keep())
        .extracting(RetainedCheckpoint::id)
        .containsExactly(older, latest);
  }

  /** Messages of two TaskManagers are in no order: what a neighbour saw may be heard first. */
  @Test
  void aCauseThatIsHeardAfterItsConsequenceIsTheCauseAllTheSame() {
    fail(2, "the exchange failed", FailureKind.CONSEQUENCE);
    assertThat(job.machine.status()).isEqualTo(JobStatus.RESTARTING);
    fail(0, "boom", FailureKind.TRANSIENT);
    fail(1, "boom too", FailureKind.TRANSIENT);

    assertThat(job.machine.failures())
        .extracting(FailureEntry::summary, FailureEntry::rootCause)
        .containsExactly(
            tuple("boom too", false), tuple("boom", true), tuple("the exchange failed", false));
    assertThat(job.machine.detail()).contains("boom");
    job.become(job.machine.attempts().get(3), TaskState.CANCELED);
    assertThat(job.machine.status()).isEqualTo(JobStatus.RESTARTING);
  }

  @Test
  void aPermanentFailureThatIsHeardWhileARestartBeginsEndsTheJob() {
    fail(2, "no luck", FailureKind.TRANSIENT);
    assertThat(job.machine.status()).isEqualTo(JobStatus.RESTARTING);
    fail(0, "unreadable record", FailureKind.PERMANENT);
    assertThat(job.machine.status()).isEqualTo(JobStatus.CANCELLING);
    job.become(job.machine.attempts().get(1), TaskState.CANCELED);
    job.become(job.machine.attempts().get(3), TaskState.CANCELED);

    assertThat(job.machine.status()).isEqualTo(JobStatus.FAILED);
    assertThat(job.machine.detail()).contains("unreadable record");
    assertThat(job.machine.failures())
        .extracting(FailureEntry::summary, FailureEntry::rootCause)
        .containsExactly(tuple("unreadable record", true), tuple("no luck", false));
  }

  @Test
  void aPermanentFailureThatIsHeardAfterACancellationDoesNotUndoIt() {
    job.on(new JobEvent.CancelRequested(1));
    fail(0, "unreadable record", FailureKind.PERMANENT);
    job.allBecome(TaskState.CANCELED);
    assertThat(job.machine.status()).isEqualTo(JobStatus.CANCELED);
  }

  private void fail(int placed, String why, FailureKind kind) {
    ExecutionState.Placed victim = job.machine.attempts().get(placed);
    job.tell(
        victim.taskManager(),
        new ToJobManager.TaskStateChanged(
            victim.attempt(), TaskState.FAILED, Optional.of(new TaskFailure(why, "", kind))));
  }

  @Test
  void stateThatCouldNotBeReadThisTimeIsReadAgain() {
    job.checkpoint();
    job.restart();
    job.become(job.machine.attempts().get(0), TaskState.FAILED);
    job.allBecome(TaskState.CANCELED);
    assertThat(job.machine.phase()).isEqualTo(JobMachine.Phase.BACKOFF);
  }

  @Test
  void aCounterThatCannotBeStoredIsTriedAgainAfterTheBackOff() {
    Scenario full = new Scenario(job.graph);
    full.on(
        new JobEvent.JobStarted(
            Scenario.TWO_BY_ONE, JobCounters.INITIAL, List.of(), Optional.empty()));
    full.on(
        new JobEvent.CountersFailed(
            full.lastOf(JobAction.StoreCounters.class).counters(), "disk full"));
    assertThat(full.machine.phase()).isEqualTo(JobMachine.Phase.BACKOFF);
    full.fire(JobTimer.Kind.RESTART);
    full.storeCounters();
    assertThat(full.machine.attempts()).hasSize(4);
  }

  @Test
  void aSubtaskThatEndsWithoutBeingToldToIsAFailure() {
    job.become(job.machine.attempts().get(0), TaskState.FINISHED);
    assertThat(job.machine.failures().get(0).summary()).contains("without being told");
  }

  @Test
  void requestsOfAJobThatIsNotRunningAreRefusedWithTheReason() {
    Scenario waiting = new Scenario(job.graph);
    waiting.on(
        new JobEvent.JobStarted(List.of(), JobCounters.INITIAL, List.of(), Optional.empty()));
    waiting.on(new JobEvent.SavepointRequested(1, Optional.empty()));
    waiting.on(new JobEvent.StopRequested(2, Optional.empty(), false));
    assertThat(waiting.all(JobAction.CompleteRequest.class))
        .extracting(answer -> answer.failure().isPresent())
        .containsExactly(true, true);
  }

  @Test
  void aStopThatFailsBeforeItsSavepointLetsTheJobGoOn() {
    job.on(new JobEvent.StopRequested(3, Optional.empty(), false));
    job.become(job.machine.attempts().get(0), TaskState.FAILED);
    assertThat(job.lastAll(JobAction.CompleteRequest.class))
        .singleElement()
        .satisfies(answer -> assertThat(answer.failure()).isPresent());
    job.restart();
    job.allBecome(TaskState.RUNNING);
    assertThat(job.machine.status()).isEqualTo(JobStatus.RUNNING);
    job.on(new JobEvent.StopRequested(4, Optional.empty(), false));
    assertThat(job.lastSent(ToTaskManager.StopSource.class)).hasSize(2);
  }

  @Test
  void aStopWhoseSavepointFailsRestartsTheStoppedSources() {
    job.on(new JobEvent.StopRequested(3, Optional.empty(), false));
    job.allBecome(TaskState.END_OF_DATA);
    CheckpointId id = job.bringToTrigger();
    job.ackAll(id);
    job.on(new JobEvent.MetadataFailed(id, "disk full"));
    assertThat(job.lastAll(JobAction.CompleteRequest.class)).hasSize(1);
    assertThat(job.machine.status()).isEqualTo(JobStatus.RESTARTING);
  }

  @Test
  void withoutCheckpointsItRestartsFromNothing() {
    Scenario plain =
        Scenario.running(
            TestGraphs.sourceToSink(
                2, CheckpointSettings.DISABLED, TestGraphs.RESTARTS, Kind.OPERATOR));
    assertThat(plain.all(JobAction.StartTimer.class)).isEmpty();
    plain.become(plain.machine.attempts().get(0), TaskState.FAILED);
    plain.restart();
    assertThat(plain.lastSent(ToTaskManager.Deploy.class))
        .allSatisfy(deploy -> assertThat(deploy.deployment().restoredFrom()).isEmpty());
  }

  private static ToJobManager.Register register(TaskManagerId id, AttemptId... running) {
    return new ToJobManager.Register(id, "host", 1, 2, 1, 3, "build", List.of(running));
  }
}
