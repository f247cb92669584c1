package io.millrace.testkit.simulation;

import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.scheduler.JobStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A whole cluster on one thread in virtual time: production job machine, coordinator, tasks, state
 * and exchange with a modelled network, storage and broker, under faults that a seed decides. The
 * ledger job runs on it; its output must hold each input record exactly once, numbered without a
 * gap for each key.
 *
 * <p>{@code Simulation.run(seed)} gives the same result and trace in any JVM, so a failing seed can
 * be debugged at leisure.
 */
public final class Simulation {
  static final JobId JOB = JobId.of(0x51);

  private static final int PARTITIONS = 12;
  private static final int RECORDS_EACH = 900;
  private static final int MOST_EVENTS = 400_000;

  private final long seed;
  private final World world;
  private final MemoryStore store;
  private final Channels channels;
  private final Broker broker;
  private final SimulatedJobManager.Durable durable = new SimulatedJobManager.Durable();
  private final List<SimulatedTaskManager> taskManagers = new ArrayList<>();
  private final LedgerJob.Shape shape;
  private final JobGraph graph;
  private final int batchRecords;
  private final boolean slowSink;
  private SimulatedJobManager jobManager;
  private Optional<Machine> currentMachine = Optional.empty();
  private int faults;
  private int faultsLeft;
  private double storageFailures;
  private double lostNotifications;

  /** Of a subtask, in microseconds: other work keeps its machine busy. */
  private final long slowestStep;

  private final double doubledMessages;
  private final List<OpenWriter> writers = new ArrayList<>();
  private long transactions;
  private int inFlight;
  private int started;

  /**
   * How a run ended.
   *
   * @param violation what was broken, if anything
   * @param inFlight complete checkpoints with records in flight
   * @param coverage pairs of a state of the job machine and an event it met there
   * @param trace the last events before the end, for people
   */
  public record Result(
      long seed,
      Optional<String> violation,
      long events,
      int checkpoints,
      int inFlight,
      int faults,
      long traceHash,
      Set<String> coverage,
      List<String> trace) {}

  private Simulation(long seed) {
    this.seed = seed;
    this.world = new World(seed);
    this.store = new MemoryStore(world);
    this.broker = new Broker(world, PARTITIONS, RECORDS_EACH, 40, world.between(3_300, 4_900));
    this.shape =
        new LedgerJob.Shape(
            (int) world.between(2, 4),
            world.chance(0.5),
            world.chance(0.7) ? 1 : (int) world.between(2, 3),
            alignmentTimeout());
    this.graph = LedgerJob.graph(shape);
    this.batchRecords = world.chance(0.4) ? RecordBatch.CAPACITY : (int) world.between(1, 6);
    this.channels = new Channels(world, batchRecords);
    this.slowSink = shape.alignmentTimeout().isPresent() && world.chance(0.6);
    this.faultsLeft = (int) world.between(2, 6);
    this.storageFailures = world.chance(0.5) ? 0 : 0.1;
    this.lostNotifications = world.chance(0.5) ? 0 : 0.3;
    this.slowestStep = world.chance(0.5) ? 200 : world.between(200, 4_000);
    this.doubledMessages = world.chance(0.5) ? 0 : 0.15;
  }

  private Optional<Duration> alignmentTimeout() {
    return switch ((int) world.between(0, 3)) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of(Duration.ZERO);
      default -> Optional.of(Duration.ofMillis(world.between(1, 30)));
    };
  }

  public static Result run(long seed) {
    Simulation simulation = new Simulation(seed);
    Simulated.enter(simulation);
    try {
      return simulation.run();
    } finally {
      Simulated.leave();
    }
  }

  World world() {
    return world;
  }

  MemoryStore store() {
    return store;
  }

  Channels channels() {
    return channels;
  }

  Broker broker() {
    return broker;
  }

  long nextTransaction() {
    return ++transactions;
  }

  boolean storageFails() {
    return world.chance(storageFailures);
  }

  boolean losesNotification() {
    return world.chance(lostNotifications);
  }

  /** Of a control message, in microseconds: now and then something holds one up. */
  long latency() {
    return world.between(50, world.chance(0.02) ? 60_000 : 3_000);
  }

  long slowestStep() {
    return slowestStep;
  }

  int batchRecords() {
    return batchRecords;
  }

  /** How many records a sink's writer takes before it has no room for a while. */
  long recordsUntilPause(boolean first) {
    return slowSink ? world.between(1, first ? 3 : 40) : Long.MAX_VALUE;
  }

  /**
   * In microseconds: now and then, and more so at its start, longer than from one checkpoint to the
   * next.
   */
  long sinkPause(boolean first) {
    return world.chance(first ? 0.5 : 0.03)
        ? world.between(50_000, 250_000)
        : world.between(100, 10_000);
  }

  /** Bytes of records in flight that were part of a complete checkpoint. */
  void inFlight(long bytes) {
    inFlight += bytes > 0 ? 1 : 0;
  }

  boolean doublesMessage() {
    return world.chance(doubledMessages);
  }

  /** FO2: nothing of a former execution runs any more where the JobManager could know of it. */
  void deployed(AttemptId attempt) {
    for (SimulatedTaskManager taskManager : taskManagers) {
      for (AttemptId other : taskManager.running()) {
        if (taskManager.isConnected() && other.attempt() < attempt.attempt()) {
          world.violated("FO2: " + attempt + " is deployed while " + other + " runs");
        }
      }
    }
  }

  private record OpenWriter(Machine machine, int attempt) {}

  /**
   * FO2 again, as the sink sees it.
   *
   * @return to be run when the writer is closed
   */
  Runnable opened(int attempt) {
    OpenWriter writer = new OpenWriter(currentMachine.orElseThrow(), attempt);
    for (OpenWriter other : writers) {
      if (other.attempt() < attempt && isConnected(other.machine())) {
        world.violated(
            "FO2: a writer of attempt "
                + attempt
                + " is opened while one of attempt "
                + other.attempt()
                + " writes");
      }
    }
    writers.add(writer);
    return () -> writers.remove(writer);
  }

  private boolean isConnected(Machine machine) {
    return taskManagers.stream().anyMatch(tm -> tm.machine() == machine && tm.isConnected());
  }

  /** Runs something as code of a machine: what it starts belongs to that machine too. */
  void on(Machine machine, World.Action action) throws Exception {
    Optional<Machine> before = currentMachine;
    currentMachine = Optional.of(machine);
    try {
      action.run();
    } finally {
      currentMachine = before;
    }
  }

  void onCurrentMachine(long micros, String label, World.Action action) {
    Machine machine = currentMachine.orElseThrow();
    world.after(micros, machine, label, () -> on(machine, action));
  }

  private Result run() {
    startJobManager();
    for (int i = 0; i < 2; i++) {
      startTaskManager();
    }
    scheduleFault();
    while (durable.end.isEmpty() && world.violation().isEmpty()) {
      if (world.executed() > MOST_EVENTS) {
        world.violated(
            "no end after " + MOST_EVENTS + " events; the job is " + jobManager.status());
      } else if (!world.step()) {
        world.violated("everything waits; the job is " + jobManager.status());
      }
      if (durable.completed >= 3 && faults >= 2) {
        broker.releaseRest();
      }
    }
    if (world.violation().isEmpty()) {
      JobStatus end = durable.end.orElseThrow();
      if (end == JobStatus.FINISHED) {
        int ofPartition = RECORDS_EACH * shape.lines();
        LedgerJob.check(world, broker.committed(), PARTITIONS * ofPartition, ofPartition);
      } else {
        world.violated("the job ended " + end);
      }
    }
    List<String> trace = new ArrayList<>();
    world.trace().forEach(trace::add);
    return new Result(
        seed,
        world.violation(),
        world.executed(),
        durable.completed,
        inFlight,
        faults,
        world.traceHash(),
        durable.coverage,
        trace);
  }

  // ---- machines and faults

  private void startJobManager() {
    jobManager = new SimulatedJobManager(this, "jm" + started++, graph, durable);
    jobManager.start();
  }

  private void startTaskManager() {
    SimulatedTaskManager taskManager =
        new SimulatedTaskManager(this, new TaskManagerId("tm" + started++), this::toJobManager);
    taskManagers.add(taskManager);
    connect(taskManager);
  }

  private void connect(SimulatedTaskManager taskManager) {
    world.after(
        world.between(500, 10_000),
        taskManager.machine(),
        "registers",
        () -> {
          if (!taskManager.isConnected() || !taskManagers.contains(taskManager)) {
            return; // given up in the meantime; it comes back under another name
          }
          if (jobManager.machine().isAlive()) {
            jobManager.connect(taskManager);
          } else {
            connect(taskManager);
          }
        });
  }

  private void toJobManager(SimulatedTaskManager from, ToJobManager message) {
    jobManager.receive(from, message);
  }

  private void scheduleFault() {
    world.after(
        world.between(30_000, 250_000),
        "fault",
        () -> {
          if (faultsLeft > 0) {
            int before = faults;
            fault();
            faultsLeft -= faults - before;
            scheduleFault();
          } else {
            storageFailures = 0;
            store.failWith(0);
            lostNotifications = 0;
          }
        });
  }

  private void fault() {
    // Without a TaskManager at hand only the others can be hit.
    switch ((int) world.between(taskManagers.isEmpty() ? 4 : 0, 5)) {
      case 0, 1 -> killTaskManager();
      case 2 ->
          pauseTaskManager(world.between(1_000, 40_000)); // shorter than the heartbeat timeout
      case 3 -> pauseTaskManager(world.between(150_000, 400_000)); // longer
      case 4 -> killJobManager();
      default -> {
        faults++;
        world.note("FAULT the disk is full for a while");
        store.failWith(0.4);
        world.after(
            world.between(20_000, 150_000), "the disk has room again", () -> store.failWith(0));
      }
    }
  }

  private SimulatedTaskManager victim() {
    return taskManagers.get((int) world.between(0, taskManagers.size() - 1));
  }

  private void killTaskManager() {
    faults++;
    SimulatedTaskManager victim = victim();
    world.note("FAULT kill " + victim.id());
    victim.machine().die();
    taskManagers.remove(victim);
    channels.disconnect(victim.machine());
    SimulatedJobManager leader = jobManager;
    world.after(
        world.between(1_000, 100_000),
        leader.machine(),
        "sees the death of " + victim.id(),
        () -> leader.lost(victim, "killed"));
    world.after(world.between(5_000, 150_000), "a new TaskManager starts", this::startTaskManager);
  }

  private void pauseTaskManager(long micros) {
    faults++;
    SimulatedTaskManager victim = victim();
    world.note("FAULT pause " + victim.id() + " for " + micros / 1000 + " ms");
    victim.machine().pauseUntil(world.micros() + micros);
    if (micros < 100_000) {
      return;
    }
    SimulatedJobManager leader = jobManager;
    world.after(
        100_000,
        leader.machine(),
        "gives up " + victim.id(),
        () -> {
          leader.lost(victim, "no heartbeat");
          channels.disconnect(victim.machine());
          taskManagers.remove(victim);
          // It runs on for a while before it sees that its stream is dead; then it starts anew
          // under another name.
          world.after(
              micros - 100_000 + world.between(0, 20_000),
              victim.machine(),
              "sees its stream is dead",
              victim::cancelAll);
          world.after(
              micros + world.between(1_000, 50_000), "it registers anew", this::startTaskManager);
        });
  }

  private void killJobManager() {
    if (!jobManager.machine().isAlive()) {
      return; // Its successor is on its way, and there is one only.
    }
    faults++;
    world.note("FAULT kill " + jobManager.machine().name());
    jobManager.machine().die();
    List<SimulatedTaskManager> orphans = new ArrayList<>(taskManagers);
    taskManagers.clear();
    for (SimulatedTaskManager orphan : orphans) {
      orphan.disconnect();
      channels.disconnect(orphan.machine());
      world.after(
          world.between(500, 60_000), orphan.machine(), "has lost its leader", orphan::cancelAll);
      world.after(world.between(20_000, 120_000), "it registers anew", this::startTaskManager);
    }
    world.after(world.between(1_000, 60_000), "a new JobManager starts", this::startJobManager);
  }

  /**
   * Runs seeds from the command line: {@code first count}; prints a line a seed and the trace of a
   * failing one.
   */
  public static void main(String[] args) {
    long first = Long.parseLong(args[0]);
    long count = args.length > 1 ? Long.parseLong(args[1]) : 1;
    for (long seed = first; seed < first + count; seed++) {
      Result result = run(seed);
      System.out.printf(
          "seed %d: %s, %d events, %d checkpoints, %d with records in flight, %d faults, trace %016x%n",
          seed,
          result.violation().orElse("ok"),
          result.events(),
          result.checkpoints(),
          result.inFlight(),
          result.faults(),
          result.traceHash());
      if (result.violation().isPresent()) {
        result.trace().forEach(System.out::println);
        System.exit(1);
      }
    }
  }
}
