package io.millrace.api.datastream;

import io.millrace.core.config.Configuration;
import io.millrace.core.storage.FileStore;
import io.millrace.runtime.edge.TimerThread;
import io.millrace.runtime.edge.WorkerPool;
import io.millrace.runtime.exchange.LocalChannels;
import io.millrace.runtime.exchange.RemoteChannels;
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
import io.millrace.runtime.state.heap.KeyedBackends;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import io.millrace.runtime.submit.JobRunner;
import io.millrace.runtime.submit.RunSettings;
import io.millrace.runtime.task.SubtaskServices;
import io.millrace.runtime.task.TaskRunner;
import io.millrace.runtime.task.TaskTuning;
import io.millrace.testkit.MemoryFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Runs bounded jobs on real tasks in this process and plays the JobManager: enumerators, a final
 * checkpoint, the end. The program under test finds it as it finds any runner.
 */
public final class LocalRunner implements JobRunner {
  @Override
  public String name() {
    return "the test's runner";
  }

  @Override
  public int priority() {
    return SUBMISSION;
  }

  @Override
  public boolean isActive(Configuration configuration) {
    return true;
  }

  @Override
  public int defaultParallelism(Configuration configuration) {
    return 2;
  }

  @Override
  public JobHandle submit(JobGraph graph, RunSettings settings) {
    try (Run run = new Run(graph, settings.userCode())) {
      return new Finished(run.toItsEnd());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private record Finished(JobResult outcome) implements JobHandle {
    @Override
    public JobId id() {
      return outcome.id();
    }

    @Override
    public CompletionStage<JobResult> result() {
      return CompletableFuture.completedStage(outcome);
    }

    @Override
    public CompletionStage<Void> cancel() {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<String> savepoint(Optional<String> directory) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<String> stop(Optional<String> directory, boolean drain) {
      throw new UnsupportedOperationException();
    }
  }

  private static final class Run implements AutoCloseable {
    private static final CheckpointId LAST = new CheckpointId(1);

    private final JobId job = JobId.of(1);
    private final TaskManagerId self = new TaskManagerId("test");
    private final ExecutorService io = Executors.newCachedThreadPool();
    private final TimerThread timers = new TimerThread(System::currentTimeMillis);
    private final WorkerPool workers = new WorkerPool(2, (name, trace) -> {});
    private final LinkedBlockingQueue<ToJobManager> messages = new LinkedBlockingQueue<>();
    private final Map<AttemptId, TaskState> states = new LinkedHashMap<>();
    private final Set<AttemptId> acks = new HashSet<>();
    private final Map<Integer, SourceDriver> sources = new HashMap<>();
    private final JobGraph graph;
    private final ClassLoader loader;
    private final TaskRunner runner;

    Run(JobGraph graph, ClassLoader loader) {
      this.graph = graph;
      this.loader = loader;
      FileStore store = new MemoryFiles();
      RemoteChannels none = null;
      runner =
          new TaskRunner(
              new SubtaskServices(
                  workers,
                  io,
                  timers,
                  System::currentTimeMillis,
                  System::nanoTime,
                  store,
                  KeyedBackends.onHeap(),
                  messages::add),
              TaskTuning.FULL,
              self,
              new LocalChannels(),
              none);
    }

    JobResult toItsEnd() throws Exception {
      for (JobVertex vertex : graph.vertices()) {
        if (vertex.isSource()) {
          sources.put(
              vertex.index(), new SourceDriver(vertex, loader, message -> runner.handle(message)));
        }
        for (int i = 0; i < vertex.parallelism(); i++) {
          deploy(vertex, i);
        }
      }
      awaitAll(TaskState.END_OF_DATA);
      for (AttemptId attempt : states.keySet()) {
        if (sources.containsKey(attempt.subtask().vertex())) {
          runner.handle(new ToTaskManager.TriggerCheckpoint(attempt, LAST, false, "last"));
        }
      }
      while (acks.size() < states.size()) {
        next();
      }
      for (AttemptId attempt : List.copyOf(states.keySet())) {
        runner.handle(new ToTaskManager.CheckpointCompleted(attempt, LAST));
        runner.handle(new ToTaskManager.Finish(attempt));
      }
      awaitAll(TaskState.FINISHED);
      Map<String, Long> counters = new HashMap<>();
      return new JobResult(
          job,
          graph.name(),
          JobResult.Status.FINISHED,
          Duration.ZERO,
          0,
          Optional.empty(),
          counters);
    }

    private void deploy(JobVertex vertex, int index) {
      AttemptId id = new AttemptId(new SubtaskId(job, vertex.index(), index), 0);
      states.put(id, TaskState.DEPLOYING);
      List<TaskDeployment.Input> inputs = new ArrayList<>();
      for (JobEdge edge : graph.inputsOf(vertex.index())) {
        int producers = graph.vertices().get(edge.sourceVertex()).parallelism();
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < producers; i++) {
          if (edge.partitioning().connects(i, producers, index, vertex.parallelism())) {
            peers.add(new Peer(i, self.value(), "localhost", 1));
          }
        }
        inputs.add(new TaskDeployment.Input(edge, graph.idOf(edge), producers, peers));
      }
      List<TaskDeployment.Output> outputs = new ArrayList<>();
      for (JobEdge edge : graph.outputsOf(vertex.index())) {
        JobVertex consumer = graph.vertices().get(edge.targetVertex());
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < consumer.parallelism(); i++) {
          if (edge.partitioning()
              .connects(index, vertex.parallelism(), i, consumer.parallelism())) {
            peers.add(new Peer(i, self.value(), "localhost", 1));
          }
        }
        outputs.add(
            new TaskDeployment.Output(
                edge, consumer.parallelism(), consumer.maxParallelism(), peers));
      }
      TaskDeployment deployment =
          new TaskDeployment(
              id,
              graph.name(),
              vertex,
              inputs,
              outputs,
              graph.checkpoints(),
              List.of(),
              Map.of(),
              Optional.empty());
      io.execute(() -> runner.deploy(deployment, loader));
    }

    private void awaitAll(TaskState wanted) throws Exception {
      while (!states.values().stream().allMatch(state -> state == wanted)) {
        next();
      }
    }

    private void next() throws Exception {
      ToJobManager message = messages.poll(60, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("Nothing heard for a minute; states " + states);
      }
      if (message instanceof ToJobManager.TaskStateChanged changed) {
        states.put(changed.attempt(), changed.state());
        if (changed.state() == TaskState.FAILED) {
          throw new AssertionError(changed.failure().orElseThrow().stackTrace());
        }
      } else if (message instanceof ToJobManager.SplitRequested request) {
        sources.get(request.attempt().subtask().vertex()).onRequest(request.attempt());
      } else if (message instanceof ToJobManager.AckCheckpoint ack) {
        acks.add(ack.attempt());
      } else if (message instanceof ToJobManager.DeclineCheckpoint decline) {
        throw new AssertionError("declined: " + decline.reason());
      }
    }

    @Override
    public void close() {
      runner.cancelAll();
      workers.close();
      timers.close();
      io.shutdownNow();
    }
  }
}
