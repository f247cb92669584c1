package io.millrace.runtime.task;

import io.millrace.core.state.StateBackend;
import io.millrace.core.storage.FileStore;
import io.millrace.runtime.edge.TimerThread;
import io.millrace.runtime.edge.WorkerPool;
import io.millrace.runtime.exchange.LocalChannels;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.TaskDeployment.Peer;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.heap.KeyedBackends;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Runs a job graph in one process and plays its JobManager by hand. */
final class LocalJob implements AutoCloseable {
  static final JobId JOB = JobId.of(1);

  private final TaskManagerId self = new TaskManagerId("tm");
  private final ExecutorService io = Executors.newCachedThreadPool();
  private final TimerThread timers = new TimerThread(System::currentTimeMillis);
  private final WorkerPool workers;
  private final TaskRunner runner;
  private final JobGraph graph;
  private final StateBackend backend;
  private final LinkedBlockingQueue<ToJobManager> messages = new LinkedBlockingQueue<>();
  private final Map<AttemptId, TaskState> states = new ConcurrentHashMap<>();
  private final List<AttemptId> attempts = new ArrayList<>();

  LocalJob(JobGraph graph, FileStore store, int threads) {
    this(graph, store, threads, StateBackend.HEAP, KeyedBackends.onHeap());
  }

  LocalJob(
      JobGraph graph, FileStore store, int threads, StateBackend backend, KeyedBackends backends) {
    this.graph = graph;
    this.backend = backend;
    this.workers = new WorkerPool(threads, (name, trace) -> {});
    SubtaskServices services =
        new SubtaskServices(
            workers,
            io,
            timers,
            System::currentTimeMillis,
            System::nanoTime,
            store,
            backends,
            messages::add);
    RemoteChannels none = null;
    this.runner = new TaskRunner(services, TaskTuning.FULL, self, new LocalChannels(), none);
  }

  /**
   * @param restore state by uid for each vertex and subtask: {@code
   *     restore.get(vertex).get(subtask)}
   */
  void deploy(int attempt, Map<AttemptId, Map<String, StateHandles>> restore) {
    for (JobVertex vertex : graph.vertices()) {
      for (int i = 0; i < vertex.parallelism(); i++) {
        AttemptId id = new AttemptId(new SubtaskId(JOB, vertex.index(), i), attempt);
        attempts.add(id);
        List<TaskDeployment.Input> inputs = new ArrayList<>();
        for (JobEdge edge : graph.inputsOf(vertex.index())) {
          int producers = graph.vertices().get(edge.sourceVertex()).parallelism();
          inputs.add(
              new TaskDeployment.Input(
                  edge,
                  graph.idOf(edge),
                  producers,
                  peers(edge, producers, vertex.parallelism(), -1, i)));
        }
        List<TaskDeployment.Output> outputs = new ArrayList<>();
        for (JobEdge edge : graph.outputsOf(vertex.index())) {
          JobVertex consumer = graph.vertices().get(edge.targetVertex());
          outputs.add(
              new TaskDeployment.Output(
                  edge,
                  consumer.parallelism(),
                  consumer.maxParallelism(),
                  peers(edge, vertex.parallelism(), consumer.parallelism(), i, -1)));
        }
        TaskDeployment deployment =
            new TaskDeployment(
                id,
                graph.name(),
                vertex,
                inputs,
                outputs,
                new CheckpointSettings(
                    Optional.empty(),
                    Duration.ofMinutes(1),
                    Duration.ZERO,
                    1,
                    0,
                    Optional.of(Duration.ofSeconds(1)),
                    backend),
                List.of(),
                restore.getOrDefault(id, Map.of()),
                restore.isEmpty() ? Optional.empty() : Optional.of(new CheckpointId(1)));
        io.execute(() -> runner.deploy(deployment, getClass().getClassLoader()));
      }
    }
  }

  private List<Peer> peers(JobEdge edge, int producers, int consumers, int producer, int consumer) {
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < (producer < 0 ? producers : consumers); i++) {
      boolean connected =
          producer < 0
              ? edge.partitioning().connects(i, producers, consumer, consumers)
              : edge.partitioning().connects(producer, producers, i, consumers);
      if (connected) {
        peers.add(new Peer(i, self.value(), "localhost", 1));
      }
    }
    return peers;
  }

  List<AttemptId> attempts() {
    return attempts;
  }

  void tell(ToTaskManager message) {
    runner.handle(message);
  }

  void assign(AttemptId source, List<Blob> splits) {
    tell(new ToTaskManager.AssignSplits(source, 1, splits));
    tell(new ToTaskManager.NoMoreSplits(source, 2));
  }

  /** Takes messages until all subtasks are in the state; a failure of any fails the test. */
  void awaitAll(TaskState wanted) throws InterruptedException {
    await(
        () ->
            states.size() == attempts.size()
                && states.values().stream().allMatch(state -> state == wanted));
  }

  /** Acknowledgements of one checkpoint by all subtasks. */
  Map<AttemptId, ToJobManager.AckCheckpoint> awaitAcks(CheckpointId checkpoint)
      throws InterruptedException {
    Map<AttemptId, ToJobManager.AckCheckpoint> acks = new HashMap<>();
    while (acks.size() < attempts.size()) {
      if (next() instanceof ToJobManager.AckCheckpoint ack && ack.checkpoint().equals(checkpoint)) {
        acks.put(ack.attempt(), ack);
      }
    }
    return acks;
  }

  private void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      next();
    }
  }

  private ToJobManager next() throws InterruptedException {
    ToJobManager message = messages.poll(60, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("Nothing heard for a minute; states " + states);
    }
    if (message instanceof ToJobManager.TaskStateChanged changed) {
      states.put(changed.attempt(), changed.state());
      if (changed.state() == TaskState.FAILED) {
        throw new AssertionError(changed.failure().orElseThrow().stackTrace());
      }
    }
    if (message instanceof ToJobManager.DeclineCheckpoint decline) {
      throw new AssertionError("declined: " + decline.reason());
    }
    return message;
  }

  @Override
  public void close() {
    runner.cancelAll();
    workers.close();
    timers.close();
    io.shutdownNow();
  }
}
