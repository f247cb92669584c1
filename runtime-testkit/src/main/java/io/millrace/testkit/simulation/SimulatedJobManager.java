package io.millrace.testkit.simulation;

import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.scheduler.JobAction;
import io.millrace.runtime.scheduler.JobCounters;
import io.millrace.runtime.scheduler.JobEvent;
import io.millrace.runtime.scheduler.JobMachine;
import io.millrace.runtime.scheduler.JobMachineSettings;
import io.millrace.runtime.scheduler.JobStatus;
import io.millrace.runtime.scheduler.JobTimer;
import io.millrace.runtime.scheduler.SlotOffer;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;

/**
 * A JobManager process: the production job machine, with its effects carried out in virtual time.
 */
final class SimulatedJobManager {
  private final Simulation simulation;
  private final World world;
  private final Machine machine;
  private final JobMachine job;
  private final Durable durable;
  private final TreeMap<JobTimer, Long> timers =
      new TreeMap<>(java.util.Comparator.comparing(JobTimer::kind).thenComparingLong(JobTimer::id));
  private final TreeMap<Integer, Enumerator> enumerators = new TreeMap<>();
  private final TreeMap<TaskManagerId, SimulatedTaskManager> taskManagers = new TreeMap<>();
  private final TreeMap<TaskManagerId, Long> lastArrival = new TreeMap<>();
  private long timerNumber;
  private long lastStorage;
  private JobStatus status = JobStatus.CREATED;

  /** What survives the process. */
  static final class Durable {
    JobCounters counters = JobCounters.INITIAL;
    List<RetainedCheckpoint> retained = List.of();
    final TreeMap<CheckpointId, CheckpointMetadata> metadata = new TreeMap<>();
    int completed;
    final TreeSet<String> coverage = new TreeSet<>();
    Optional<JobStatus> end = Optional.empty();
  }

  SimulatedJobManager(Simulation simulation, String name, JobGraph graph, Durable durable) {
    this.simulation = simulation;
    this.world = simulation.world();
    this.machine = new Machine(name);
    this.durable = durable;
    this.job =
        new JobMachine(
            new JobMachineSettings(
                Simulation.JOB, graph, false, Duration.ofMillis(20), world::fraction));
  }

  Machine machine() {
    return machine;
  }

  JobStatus status() {
    return status;
  }

  void start() {
    Optional<CheckpointMetadata> latest =
        durable.retained.isEmpty()
            ? Optional.empty()
            : Optional.of(
                durable.metadata.get(durable.retained.get(durable.retained.size() - 1).id()));
    on(new JobEvent.JobStarted(slots(), durable.counters, durable.retained, latest));
  }

  // ---- TaskManagers

  void connect(SimulatedTaskManager taskManager) {
    taskManagers.put(taskManager.id(), taskManager);
    on(new JobEvent.SlotsChanged(slots()));
  }

  void lost(SimulatedTaskManager taskManager, String reason) {
    if (taskManagers.remove(taskManager.id()) != null) {
      taskManager.disconnect();
      on(new JobEvent.TaskManagerLost(taskManager.id(), reason));
      on(new JobEvent.SlotsChanged(slots()));
    }
  }

  private List<SlotOffer> slots() {
    List<SlotOffer> offers = new ArrayList<>();
    taskManagers.keySet().forEach(id -> offers.add(new SlotOffer(id, id.value(), 1, 2)));
    return offers;
  }

  /** A message on its way; in order for each TaskManager; dropped if its connection is no more. */
  void receive(SimulatedTaskManager from, ToJobManager message) {
    if (!from.isConnected()) {
      return;
    }
    long arrival =
        Math.max(lastArrival.getOrDefault(from.id(), 0L), world.micros() + simulation.latency());
    lastArrival.put(from.id(), arrival);
    String label = from.id() + " says " + describe(message);
    world.after(arrival - world.micros(), machine, label, () -> handle(from, message));
    if (mayBeDoubled(message) && simulation.doublesMessage()) {
      world.after(
          arrival - world.micros() + world.between(0, 300_000),
          machine,
          label + " again",
          () -> handle(from, message));
    }
  }

  private void handle(SimulatedTaskManager from, ToJobManager message) {
    if (from.isConnected()) {
      on(new JobEvent.FromTaskManager(from.id(), message));
    }
  }

  private static boolean mayBeDoubled(ToJobManager message) {
    return message instanceof ToJobManager.AckCheckpoint
        || message instanceof ToJobManager.DeclineCheckpoint
        || message instanceof ToJobManager.SplitsReceived
        || message instanceof ToJobManager.TaskStateChanged;
  }

  private static String describe(ToJobManager message) {
    if (message instanceof ToJobManager.TaskStateChanged changed) {
      return changed.attempt()
          + " "
          + changed.state()
          + changed.failure().map(f -> " " + f.summary()).orElse("");
    }
    if (message instanceof ToJobManager.AckCheckpoint ack) {
      return "ack " + ack.checkpoint() + " " + ack.attempt();
    }
    return message.getClass().getSimpleName();
  }

  // ---- the job

  private void on(JobEvent event) {
    String what =
        event instanceof JobEvent.FromTaskManager from
            ? from.message().getClass().getSimpleName()
            : event.getClass().getSimpleName();
    durable.coverage.add(job.phase() + " x " + what);
    for (JobAction action : job.on(event, world.millis())) {
      carryOut(action);
    }
  }

  /** Storage does one thing after another. */
  private void store(String label, World.Action action) {
    long at = Math.max(lastStorage, world.micros()) + world.between(200, 4_000);
    lastStorage = at;
    world.after(at - world.micros(), machine, label, action);
  }

  private void carryOut(JobAction action) {
    if (action instanceof JobAction.Send send) {
      SimulatedTaskManager target = taskManagers.get(send.taskManager());
      boolean lose =
          send.message() instanceof ToTaskManager.CheckpointCompleted
              && simulation.losesNotification();
      if (target != null && !lose) {
        target.receive(send.message());
      }
    } else if (action instanceof JobAction.StartTimer start) {
      long number = ++timerNumber;
      timers.put(start.timer(), number);
      world.after(
          start.delay().toNanos() / 1000,
          machine,
          "timer " + start.timer(),
          () -> {
            if (timers.remove(start.timer(), number)) {
              on(new JobEvent.TimerFired(start.timer()));
            }
          });
    } else if (action instanceof JobAction.CancelTimer cancel) {
      timers.remove(cancel.timer());
    } else if (action instanceof JobAction.StoreCounters counters) {
      store(
          "counters " + counters.counters(),
          () -> {
            durable.counters = counters.counters();
            on(new JobEvent.CountersStored(counters.counters()));
          });
    } else if (action instanceof JobAction.WriteMetadata write) {
      writeMetadata(write.metadata());
    } else if (action instanceof JobAction.WritePointer write) {
      writePointer(write);
    } else if (action instanceof JobAction.DeleteCheckpoint delete) {
      store(
          "delete " + delete.checkpoint().directory(),
          () -> {
            simulation.store().delete(delete.checkpoint().directory());
            durable.metadata.remove(delete.checkpoint().id());
          });
    } else if (action instanceof JobAction.CollectShared) {
      // Simulated state is on the heap: no checkpoint shares a file.
      return;
    } else if (action instanceof JobAction.DiscardState discard) {
      store("discard", () -> discard.paths().forEach(path -> simulation.store().delete(path)));
    } else if (action instanceof JobAction.StatusChanged changed) {
      status = changed.status();
      world.note("job is " + status + changed.detail().map(detail -> ": " + detail).orElse(""));
      if (status.isTerminal()) {
        durable.end = Optional.of(status);
      }
    } else {
      enumerator(action);
    }
  }

  private void writeMetadata(CheckpointMetadata metadata) {
    store(
        "metadata " + metadata.id(),
        () -> {
          if (simulation.storageFails()) {
            on(new JobEvent.MetadataFailed(metadata.id(), "No space left on device"));
            return;
          }
          if (!durable.retained.isEmpty()
              && metadata.id().value()
                  <= durable.retained.get(durable.retained.size() - 1).id().value()) {
            world.violated(
                "CC1: checkpoint " + metadata.id() + " came after a later one was complete");
          }
          durable.metadata.put(metadata.id(), metadata);
          on(new JobEvent.MetadataWritten(metadata.id()));
        });
  }

  private void writePointer(JobAction.WritePointer write) {
    store(
        "pointer " + write.checkpoint(),
        () -> {
          boolean fails = simulation.storageFails();
          boolean unknown = fails && world.chance(0.5);
          boolean written = !fails || (unknown && world.chance(0.5));
          if (written) {
            durable.retained = write.retained();
            durable.completed++;
            simulation.inFlight(channelBytes(durable.metadata.get(write.checkpoint())));
            simulation.broker().pointerWritten(write.checkpoint().value());
            for (RetainedCheckpoint retained : write.retained()) {
              if (!durable.metadata.containsKey(retained.id())) {
                world.violated(
                    "CC2: the pointer names checkpoint "
                        + retained.id()
                        + ", whose metadata is not there");
              }
            }
          }
          if (!fails) {
            on(new JobEvent.PointerWritten(write.checkpoint()));
          } else if (unknown) {
            on(new JobEvent.PointerUnknown(write.checkpoint(), "timed out"));
          } else {
            on(new JobEvent.PointerFailed(write.checkpoint(), "refused"));
          }
        });
  }

  private static long channelBytes(CheckpointMetadata metadata) {
    return metadata.operators().stream()
        .flatMap(operator -> operator.subtasks().stream())
        .mapToLong(StateHandles::channelBytes)
        .sum();
  }

  // ---- enumerators

  private void enumerator(JobAction action) {
    if (action instanceof JobAction.RestoreEnumerator restore) {
      enumerators.put(restore.vertex(), new Enumerator(restore));
    } else if (action instanceof JobAction.CloseEnumerator close) {
      Enumerator old = enumerators.get(close.vertex());
      if (old != null && old.execution == close.execution()) {
        enumerators.remove(close.vertex());
      }
    } else if (action instanceof JobAction.SnapshotEnumerator snapshot) {
      with(
          snapshot.vertex(),
          snapshot.execution(),
          "snapshot enumerator " + snapshot.checkpoint(),
          e -> e.snapshot(snapshot.checkpoint()));
    } else if (action instanceof JobAction.AddReader add) {
      with(
          add.vertex(),
          add.execution(),
          "add reader " + add.subtask(),
          e -> e.addReader(add.subtask()));
    }
  }

  private interface Call {
    void on(Enumerator enumerator) throws Exception;
  }

  private void with(int vertex, int execution, String label, Call call) {
    Enumerator enumerator = enumerators.get(vertex);
    if (enumerator != null && enumerator.execution == execution) {
      enumerator.run(label, () -> call.on(enumerator));
    }
  }

  /** The source's enumerator on its own thread: its calls one after another, after a while. */
  private final class Enumerator implements SplitEnumeratorContext<BrokerSource.Partition> {
    private final int vertex;
    private final int execution;
    private final int parallelism;
    private final BrokerSource source = new BrokerSource();
    private final Set<Integer> readers = new TreeSet<>();
    private SplitEnumerator<BrokerSource.Partition, TreeSet<Integer>> enumerator;
    private long last;

    Enumerator(JobAction.RestoreEnumerator restore) {
      this.vertex = restore.vertex();
      this.execution = restore.execution();
      this.parallelism = restore.parallelism();
      run("start enumerator", () -> start(restore.state()));
    }

    private void start(Optional<Blob> state) throws Exception {
      enumerator =
          state.isPresent()
              ? source.restoreEnumerator(
                  this, source.enumeratorStateSerializer().deserialize(1, state.get().bytes()))
              : source.createEnumerator(this);
      enumerator.start();
    }

    void run(String label, World.Action action) {
      long at = Math.max(last, world.micros()) + world.between(10, 3_000);
      last = at;
      world.after(at - world.micros(), machine, label, () -> guarded(action));
    }

    private void guarded(World.Action action) {
      try {
        action.run();
      } catch (Exception e) {
        on(
            new JobEvent.EnumeratorFailed(
                vertex, execution, new TaskFailure(String.valueOf(e), "")));
      }
    }

    void snapshot(CheckpointId checkpoint) throws Exception {
      byte[] bytes =
          source
              .enumeratorStateSerializer()
              .serialize(enumerator.snapshotState(checkpoint.value()));
      on(new JobEvent.EnumeratorSnapshot(vertex, execution, checkpoint, new Blob(1, bytes)));
    }

    void addReader(int subtask) {
      readers.add(subtask);
      enumerator.addReader(subtask);
    }

    @Override
    public int currentParallelism() {
      return parallelism;
    }

    @Override
    public Set<Integer> registeredReaders() {
      return readers;
    }

    @Override
    public void assignSplits(int subtask, List<BrokerSource.Partition> splits) {
      List<Blob> blobs = new ArrayList<>();
      try {
        for (BrokerSource.Partition split : splits) {
          blobs.add(new Blob(1, source.splitSerializer().serialize(split)));
        }
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      on(new JobEvent.EnumeratorAssigned(vertex, execution, subtask, blobs));
    }

    @Override
    public void signalNoMoreSplits(int subtask) {
      on(new JobEvent.EnumeratorNoMoreSplits(vertex, execution, subtask));
    }

    @Override
    public <T> void callAsync(Callable<T> call, BiConsumer<T, Throwable> handler) {
      world.after(
          world.between(1_000, 60_000),
          machine,
          "async call",
          () ->
              run(
                  "async result",
                  () -> {
                    T result = call.call();
                    handler.accept(result, null);
                  }));
    }

    @Override
    public <T> void callAsync(
        Callable<T> call,
        BiConsumer<T, Throwable> handler,
        Duration initialDelay,
        Duration period) {
      throw new UnsupportedOperationException("periodic calls are not simulated");
    }

    @Override
    public void fail(Throwable cause) {
      throw new IllegalStateException(cause);
    }
  }
}
