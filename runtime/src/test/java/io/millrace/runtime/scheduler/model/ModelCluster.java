package io.millrace.runtime.scheduler.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.scheduler.JobAction;
import io.millrace.runtime.scheduler.JobEvent;
import io.millrace.runtime.scheduler.JobMachine;
import io.millrace.runtime.scheduler.JobMachineSettings;
import io.millrace.runtime.scheduler.JobTimer;
import io.millrace.runtime.scheduler.SlotOffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A cluster in memory around the real {@link JobMachine}: TaskManagers, enumerator, storage and
 * timers in virtual time, with faults; and the rules that hold at every action.
 */
final class ModelCluster {
  static final int RECORDS_PER_SPLIT = 40;
  static final List<String> SPLITS = List.of("s0", "s1", "s2", "s3", "s4", "s5");

  final World world;
  final Ledger ledger;
  final JobId job;
  final ModelStorage storage;
  JobMachine machine;
  long eventsHandled;
  int faultsInjected;
  private final JobGraph graph;
  private final Coverage coverage;
  private final Optional<CheckpointMetadata> startFrom;
  private final TreeMap<TaskManagerId, ModelTaskManager> taskManagers = new TreeMap<>();
  private final Map<String, Deque<Object>> channels = new HashMap<>();
  private final Map<Integer, ModelEnumerator> enumerators = new HashMap<>();
  private final Map<JobTimer, Integer> timers = new HashMap<>();
  private final TreeSet<String> acks = new TreeSet<>();
  private final TreeSet<String> assigned = new TreeSet<>();
  private final TreeSet<String> received = new TreeSet<>();
  private final TreeSet<AttemptId> deployed = new TreeSet<>();
  private final TreeSet<CheckpointId> aborted = new TreeSet<>();
  private final TreeMap<Long, Optional<String>> answers = new TreeMap<>();
  private int leader;
  private int firstOfLeader;
  private int nextTaskManager;
  private long lastTriggered;
  private boolean faults = true;

  ModelCluster(
      World world,
      JobId job,
      JobGraph graph,
      Ledger ledger,
      Optional<CheckpointMetadata> startFrom,
      Coverage coverage) {
    this.world = world;
    this.job = job;
    this.graph = graph;
    this.ledger = ledger;
    this.startFrom = startFrom;
    this.coverage = coverage;
    this.storage = new ModelStorage(this, toLeader());
    addTaskManager();
    addTaskManager();
    lead();
  }

  boolean faults() {
    return faults;
  }

  void stopFaults() {
    faults = false;
  }

  // ---- the JobManager's process

  private void lead() {
    leader++;
    timers.clear();
    enumerators.clear();
    machine =
        new JobMachine(
            new JobMachineSettings(
                job, graph, false, Duration.ofMillis(20), world.random::nextDouble));
    Optional<CheckpointMetadata> restore = startFrom;
    List<RetainedCheckpoint> pointer = storage.pointer;
    if (!pointer.isEmpty()) {
      String directory = pointer.get(pointer.size() - 1).directory();
      restore = Optional.of(storage.metadata.get(directory));
      assertThat(restore).isPresent();
    }
    deployed.clear();
    assigned.clear();
    firstOfLeader = storage.counters.nextExecution();
    handle(new JobEvent.JobStarted(slots(), storage.counters, pointer, restore));
  }

  /** kill -9 of the JobManager, and the next one: all it knew but the files is gone. */
  void crashJobManager() {
    if (machine.status().isTerminal()) {
      return;
    }
    storage.reattach(toLeader(leader + 1));
    taskManagers.values().stream().filter(tm -> !tm.lost).forEach(ModelTaskManager::reconnect);
    lead();
  }

  private Consumer<JobEvent> toLeader() {
    return toLeader(1);
  }

  private Consumer<JobEvent> toLeader(int number) {
    return event -> {
      if (number == leader) {
        handle(event);
      }
    };
  }

  void handle(JobEvent event) {
    eventsHandled++;
    coverage.add(machine, event);
    List<JobAction> actions = machine.on(event, world.now());
    for (JobAction action : actions) {
      act(action);
    }
  }

  private void act(JobAction action) {
    if (action instanceof JobAction.Send send) {
      check(send.message());
      ModelTaskManager to = taskManagers.get(send.taskManager());
      if (to != null && !to.lost) {
        to.receive(send.message());
      }
    } else if (action instanceof JobAction.StartTimer start) {
      int version = timers.merge(start.timer(), 1, Integer::sum);
      int led = leader;
      world.after(
          start.delay().toMillis(),
          () -> {
            if (led == leader && timers.getOrDefault(start.timer(), 0) == version) {
              handle(new JobEvent.TimerFired(start.timer()));
            }
          });
    } else if (action instanceof JobAction.CancelTimer cancel) {
      timers.merge(cancel.timer(), 1, Integer::sum);
    } else if (action instanceof JobAction.StoreCounters store) {
      storage.storeCounters(store.counters());
    } else if (action instanceof JobAction.WriteMetadata write) {
      checkMetadata(write.metadata());
      storage.writeMetadata(write.metadata());
    } else if (action instanceof JobAction.WritePointer write) {
      assertThat(aborted).as("CC5").doesNotContain(write.checkpoint());
      storage.writePointer(write.checkpoint(), write.retained());
    } else if (action instanceof JobAction.DeleteCheckpoint delete) {
      storage.delete(delete.checkpoint());
    } else if (action instanceof JobAction.CompleteRequest complete) {
      assertThat(answers).as("one answer each").doesNotContainKey(complete.requestId());
      answers.put(complete.requestId(), complete.location());
    } else {
      actOnEnumerator(action);
    }
  }

  private void actOnEnumerator(JobAction action) {
    if (action instanceof JobAction.RestoreEnumerator restore) {
      int led = leader;
      enumerators.put(
          restore.execution(),
          new ModelEnumerator(
              world,
              restore.vertex(),
              restore.execution(),
              restore.state(),
              event -> {
                if (led == leader) {
                  handle(event);
                }
              }));
    } else if (action instanceof JobAction.RequestSplit request) {
      enumerators.get(request.execution()).onRequest(request.subtask());
    } else if (action instanceof JobAction.SnapshotEnumerator snapshot) {
      assertThat(aborted).as("CC5").doesNotContain(snapshot.checkpoint());
      enumerators.get(snapshot.execution()).onSnapshot(snapshot.checkpoint());
    }
  }

  // ---- rules

  private void check(ToTaskManager message) {
    if (message instanceof ToTaskManager.TriggerCheckpoint trigger) {
      long id = trigger.checkpoint().value();
      assertThat(storage.counters.nextCheckpoint()).as("CC1").isGreaterThan(id);
      assertThat(id).as("CC1").isGreaterThanOrEqualTo(lastTriggered);
      assertThat(aborted).as("CC5").doesNotContain(trigger.checkpoint());
      assertThat(received).as("S3: readers have what they were sent").containsAll(assigned);
      lastTriggered = id;
    } else if (message instanceof ToTaskManager.AssignSplits assign) {
      assigned.add(assign.attempt() + "/" + assign.sequence());
    } else if (message instanceof ToTaskManager.CheckpointAborted abort) {
      aborted.add(abort.checkpoint());
    } else if (message instanceof ToTaskManager.CheckpointCompleted completed) {
      assertThat(storage.pointer)
          .as("CC2: pointer before notification")
          .extracting(RetainedCheckpoint::id)
          .contains(completed.checkpoint());
    } else if (message instanceof ToTaskManager.Deploy deploy) {
      AttemptId attempt = deploy.deployment().attempt();
      assertThat(storage.counters.nextExecution()).as("CC1").isGreaterThan(attempt.attempt());
      if (deployed.removeIf(former -> former.attempt() != attempt.attempt())) {
        assigned.clear();
        taskManagers.values().stream()
            .filter(tm -> !tm.lost)
            .forEach(
                tm ->
                    assertThat(tm.running(firstOfLeader, attempt.attempt()))
                        .as("FO2: all former attempts have ended")
                        .isEmpty());
      }
      assertThat(storage.pointer)
          .as("CC12: nothing runs after the savepoint the job was stopped with")
          .noneMatch(RetainedCheckpoint::savepoint);
      assertThat(deployed.add(attempt)).as("one attempt a subtask").isTrue();
    }
  }

  private void checkMetadata(CheckpointMetadata metadata) {
    for (AttemptId attempt : deployed) {
      assertThat(acks).as("CC4: acknowledged by all").contains(attempt + "/" + metadata.id());
    }
    assertThat(aborted).as("CC5").doesNotContain(metadata.id());
    List<String> splits = new ArrayList<>();
    for (OperatorState operator : metadata.operators()) {
      operator
          .subtasks()
          .forEach(
              handles ->
                  handles.splits().forEach(state -> splits.add(ModelTask.text(state.split()))));
      operator
          .enumerator()
          .ifPresent(state -> splits.addAll(ModelEnumerator.splits(state.state())));
    }
    assertThat(splits).as("S1").containsExactlyInAnyOrderElementsOf(SPLITS);
  }

  void acked(AttemptId attempt, CheckpointId id) {
    acks.add(attempt + "/" + id);
  }

  Map<Long, Optional<String>> answers() {
    return answers;
  }

  // ---- TaskManagers and faults

  Deque<Object> channel(AttemptId either, int producer, int consumer) {
    return channels.computeIfAbsent(
        either.attempt() + ":" + producer + ">" + consumer, key -> ModelTask.newChannel());
  }

  void fromTaskManager(TaskManagerId id, ToJobManager message) {
    if (message instanceof ToJobManager.SplitsReceived confirmed) {
      received.add(confirmed.attempt() + "/" + confirmed.sequence());
    }
    handle(new JobEvent.FromTaskManager(id, message));
    if (message instanceof ToJobManager.Register) { // only then its slots are offered
      handle(new JobEvent.SlotsChanged(slots()));
    }
  }

  private void addTaskManager() {
    int number = nextTaskManager++;
    ModelTaskManager added = new ModelTaskManager(number, 1 + world.random.nextInt(2), this);
    taskManagers.put(added.id, added);
  }

  private List<SlotOffer> slots() {
    return taskManagers.values().stream()
        .filter(ModelTaskManager::isConnected)
        .map(tm -> tm.offer)
        .toList();
  }

  private ModelTaskManager victim() {
    List<ModelTaskManager> alive =
        taskManagers.values().stream().filter(tm -> tm.isRunning() && !tm.lost).toList();
    return alive.isEmpty() ? null : alive.get(world.random.nextInt(alive.size()));
  }

  void injectFault() {
    ModelTaskManager victim = victim();
    if (!faults || victim == null) {
      return;
    }
    faultsInjected++;
    switch (world.random.nextInt(6)) {
      case 0, 1 -> { // kill -9: seen at once or by the missing heartbeat
        victim.kill();
        world.within(60, () -> lose(victim));
      }
      case 2 -> { // SIGSTOP: given up, but it goes on for a while
        lose(victim);
        world.within(100, victim::kill);
      }
      case 3 -> victim.reconnect();
      case 4 -> crashJobManager();
      default -> enumerators.values().stream().findFirst().ifPresent(ModelEnumerator::fail);
    }
  }

  private void lose(ModelTaskManager victim) {
    if (victim.lost) {
      return;
    }
    victim.lost = true;
    handle(new JobEvent.TaskManagerLost(victim.id, "no heartbeat"));
    handle(new JobEvent.SlotsChanged(slots()));
    world.within(
        150,
        () -> {
          addTaskManager();
          handle(new JobEvent.SlotsChanged(slots()));
        });
  }

  static Optional<AttemptId> addressee(ToTaskManager message) {
    if (message instanceof ToTaskManager.Cancel cancel) {
      return Optional.of(cancel.attempt());
    } else if (message instanceof ToTaskManager.TriggerCheckpoint trigger) {
      return Optional.of(trigger.attempt());
    } else if (message instanceof ToTaskManager.CheckpointCompleted completed) {
      return Optional.of(completed.attempt());
    } else if (message instanceof ToTaskManager.CheckpointAborted aborted) {
      return Optional.of(aborted.attempt());
    } else if (message instanceof ToTaskManager.AssignSplits assign) {
      return Optional.of(assign.attempt());
    } else if (message instanceof ToTaskManager.NoMoreSplits none) {
      return Optional.of(none.attempt());
    } else if (message instanceof ToTaskManager.StopSource stop) {
      return Optional.of(stop.attempt());
    } else if (message instanceof ToTaskManager.Finish finish) {
      return Optional.of(finish.attempt());
    }
    return Optional.empty();
  }
}
