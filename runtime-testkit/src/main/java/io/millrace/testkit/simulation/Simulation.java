package io.millrace.testkit.simulation;

import io.millrace.core.time.WatermarkStrategy;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.FunctionShipping;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.operators.EdgeSpec;
import io.millrace.runtime.operators.Operator;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.OperatorMaker;
import io.millrace.runtime.operators.SinkOperator;
import io.millrace.runtime.operators.SourceOperatorFactory;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.scheduler.JobStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
  private final JobGraph graph;
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
  private int started;

  /**
   * How a run ended.
   *
   * @param violation what was broken, if anything
   * @param coverage pairs of a state of the job machine and an event it met there
   * @param trace the last events before the end, for people
   */
  public record Result(
      long seed,
      Optional<String> violation,
      long events,
      int checkpoints,
      int faults,
      long traceHash,
      Set<String> coverage,
      List<String> trace) {}

  private Simulation(long seed) {
    this.seed = seed;
    this.world = new World(seed);
    this.store = new MemoryStore(world);
    this.channels = new Channels(world);
    this.broker = new Broker(world, PARTITIONS, RECORDS_EACH, 40, world.between(2_400, 4_800));
    this.graph = graph((int) world.between(2, 4));
    this.faultsLeft = (int) world.between(2, 6);
    this.storageFailures = world.chance(0.5) ? 0 : 0.1;
    this.lostNotifications = world.chance(0.5) ? 0 : 0.3;
    this.slowestStep = world.chance(0.5) ? 200 : world.between(200, 4_000);
    this.doubledMessages = world.chance(0.5) ? 0 : 0.15;
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
      check();
    }
    List<String> trace = new ArrayList<>();
    world.trace().forEach(trace::add);
    return new Result(
        seed,
        world.violation(),
        world.executed(),
        durable.completed,
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
          if (!taskManager.isConnected()) {
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

  // ---- the job and its oracle

  private static JobGraph graph(int parallelism) {
    int sources = Math.max(1, parallelism - 1);
    EdgeSpec<InputRecord, Long> byKey =
        EdgeSpec.keyed(
            TypeInformation.of(InputRecord.class),
            InputRecord::key,
            TypeInformation.of(Long.class));
    return new JobGraph(
        "ledger",
        List.of(
            new JobVertex(
                0,
                "bids",
                sources,
                128,
                List.of(
                    node(
                        "bids",
                        -1,
                        Kind.SOURCE,
                        new SourceOperatorFactory<>(
                            new BrokerSource(), WatermarkStrategy.noWatermarks())))),
            new JobVertex(
                1,
                "sequence",
                parallelism,
                128,
                List.of(
                    node("sequence", -1, Kind.OPERATOR, new SequenceFactory()),
                    node("ledger", 0, Kind.TRANSACTIONAL_SINK, new SinkFactory())))),
        List.of(
            new JobEdge(
                0, 0, 0, "", 1, 0, Partitioning.HASH, FunctionShipping.serialize(byKey, "edge"))),
        new CheckpointSettings(
            Optional.of(Duration.ofMillis(60)),
            Duration.ofMillis(400),
            Duration.ZERO,
            2,
            Integer.MAX_VALUE),
        new RestartSettings(
            Duration.ofMillis(5),
            Duration.ofMillis(50),
            2,
            Duration.ofSeconds(1),
            0.2,
            Integer.MAX_VALUE),
        List.of());
  }

  private static OperatorNode node(String uid, int parent, Kind kind, OperatorFactory factory) {
    return new OperatorNode(
        uid, true, uid, parent, "", kind, true, FunctionShipping.serialize(factory, uid));
  }

  private record SequenceFactory() implements OperatorFactory {
    @Override
    public Operator<?> create(OperatorMaker maker) {
      return maker.make(SequenceOperator.class);
    }
  }

  private record SinkFactory() implements OperatorFactory {
    @Override
    public Operator<?> create(OperatorMaker maker) {
      return maker.make(SinkOperator.class, new BrokerSink());
    }
  }

  private void check() {
    if (durable.end.orElseThrow() != JobStatus.FINISHED) {
      world.violated("the job ended " + durable.end.get());
      return;
    }
    Map<Long, Set<Long>> sequences = new HashMap<>();
    Set<Long> ids = new HashSet<>();
    for (Ledger line : broker.committed()) {
      if (!ids.add(line.id())) {
        world.violated("record " + line.id() + " came out twice");
      }
      if (!sequences.computeIfAbsent(line.key(), key -> new HashSet<>()).add(line.sequence())) {
        world.violated("number " + line.sequence() + " of key " + line.key() + " came out twice");
      }
    }
    int expected = broker.partitionCount() * RECORDS_EACH;
    if (ids.size() != expected) {
      world.violated(ids.size() + " of " + expected + " records came out");
    }
    sequences.forEach(
        (key, numbers) -> {
          for (long n = 1; n <= numbers.size(); n++) {
            if (!numbers.contains(n)) {
              world.violated("key " + key + " has no number " + n);
            }
          }
        });
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
          "seed %d: %s, %d events, %d checkpoints, %d faults, trace %016x%n",
          seed,
          result.violation().orElse("ok"),
          result.events(),
          result.checkpoints(),
          result.faults(),
          result.traceHash());
      if (result.violation().isPresent()) {
        result.trace().forEach(System.out::println);
        System.exit(1);
      }
    }
  }
}
