package io.millrace.jobmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.storage.LocalFileStore;
import io.millrace.jobmanager.enumerator.EnumeratorSettings;
import io.millrace.jobmanager.enumerator.EnumeratorThreads;
import io.millrace.runtime.blob.BlobCache;
import io.millrace.runtime.blob.BlobStore;
import io.millrace.runtime.blob.JobClassLoaders;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.LeaderEpoch;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskManagerGate;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.scheduler.JobStore;
import io.millrace.testkit.VirtualLane;
import io.millrace.testkit.VirtualScheduler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JobManager with all its threads on one virtual scheduler, and hand-made TaskManagers. */
class JobManagerCoreTest {
  private static final String BUILD = "build 1";
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  @TempDir Path directory;
  private final VirtualScheduler time = new VirtualScheduler();
  private int ids;
  private JobManagerCore jobManager;

  @BeforeEach
  void start() throws Exception {
    jobManager = newJobManager(1, 10);
  }

  @Test
  void aJobWaitsForSlotsRunsAndEnds() throws Exception {
    JobId job = submit(graph("job", 2));
    assertThat(status(job)).isEqualTo(JobView.Status.WAITING_FOR_SLOTS);

    FakeTaskManager taskManager = new FakeTaskManager("tm-1", 2);
    List<AttemptId> attempts = taskManager.deployed();
    assertThat(attempts).hasSize(2).allMatch(attempt -> attempt.job().equals(job));
    assertThat(jobManager.taskManagers().get(0).freeSlots()).isZero();
    taskManager.report(attempts, TaskState.RUNNING);
    assertThat(status(job)).isEqualTo(JobView.Status.RUNNING);

    taskManager.heartbeat(attempts, 100);
    time.advance(Duration.ofSeconds(1));
    taskManager.heartbeat(attempts, 600);
    JobView.VertexView vertex = jobManager.job(job).orElseThrow().vertices().get(0);
    assertThat(vertex.recordsIn()).isEqualTo(1200);
    assertThat(vertex.recordsInPerSecond()).isEqualTo(1000);
    assertThat(vertex.busy()).isEqualTo(0.5);
    assertThat(vertex.steps())
        .isEqualTo(new JobView.Steps(Duration.ofNanos(1_200_000), Duration.ofNanos(600_000)));
    assertThat(vertex.counters()).containsEntry("late", 2L);
    assertThat(vertex.watermark()).isEqualTo(600);
    assertThat(vertex.subtasksByState()).containsEntry("RUNNING", 2);

    CompletionStage<JobView> termination = jobManager.onTermination(job);
    taskManager.report(attempts, TaskState.END_OF_DATA);
    assertThat(taskManager.sent).filteredOn(m -> m instanceof ToTaskManager.Finish).hasSize(2);
    taskManager.report(attempts, TaskState.FINISHED);
    assertThat(join(termination).status()).isEqualTo(JobView.Status.FINISHED);
    assertThat(taskManager.sent).contains(new ToTaskManager.ReleaseJob(job));
    assertThat(jobManager.taskManagers().get(0).freeSlots()).isEqualTo(2);
    assertThat(jobManager.jobs()).hasSize(1);
    assertThat(join(jobManager.onTermination(job)).finished()).isPresent();
  }

  @Test
  void aSilentTaskManagerIsFencedOffAndItsJobRunsElsewhere() throws Exception {
    FakeTaskManager first = new FakeTaskManager("tm-1", 1);
    JobId job = submit(graph("job", 1));
    first.report(first.deployed(), TaskState.RUNNING);
    FakeTaskManager second = new FakeTaskManager("tm-2", 1);
    for (int i = 0; i < 12; i++) {
      second.heartbeat(List.of(), 0);
      time.advance(Duration.ofMillis(500));
    }
    assertThat(first.closed.orElseThrow()).contains("no heartbeat for 5000 ms");
    assertThat(second.closed).isEmpty();
    assertThat(jobManager.taskManagers())
        .extracting(TaskManagerView::id)
        .containsExactly(new TaskManagerId("tm-2"));
    assertThat(second.deployed()).hasSize(1);
    assertThat(second.deployed().get(0).attempt()).isEqualTo(1);

    // The zombie goes on: nothing it says counts.
    first.report(second.deployed(), TaskState.RUNNING);
    assertThat(status(job)).isNotEqualTo(JobView.Status.RUNNING);
    first.incoming.closed("reset", false);
    time.runDue();
    second.report(second.deployed(), TaskState.RUNNING);
    assertThat(status(job)).isEqualTo(JobView.Status.RUNNING);
    assertThat(jobManager.job(job).orElseThrow().restarts()).isEqualTo(1);
  }

  @Test
  void aClosedConnectionCountsAtOnce() throws Exception {
    FakeTaskManager first = new FakeTaskManager("tm-1", 1);
    JobId job = submit(graph("job", 1));
    first.report(first.deployed(), TaskState.RUNNING);
    first.incoming.closed("connection reset", false);
    time.runDue();
    assertThat(jobManager.taskManagers()).isEmpty();
    assertThat(status(job)).isEqualTo(JobView.Status.RESTARTING);
    assertThat(jobManager.job(job).orElseThrow().exceptions().get(0).summary())
        .contains("tm-1")
        .contains("connection reset");
  }

  @Test
  void anotherJobManagerRecoversTheJobsThatHaveNotEnded() throws Exception {
    FakeTaskManager before = new FakeTaskManager("tm-1", 2);
    JobId ended = submit(graph("ended", 1));
    join(cancelWith(before, ended));
    JobId job = submit(graph("lives", 1));
    jobManager.close();
    assertThat(before.closed).isPresent();

    jobManager = newJobManager(2, 10);
    time.runDue();
    assertThat(status(ended)).isEqualTo(JobView.Status.CANCELED);
    assertThat(status(job)).isEqualTo(JobView.Status.WAITING_FOR_SLOTS);
    FakeTaskManager taskManager = new FakeTaskManager("tm-2", 1);
    assertThat(taskManager.deployed())
        .singleElement()
        .matches(attempt -> attempt.job().equals(job))
        .as("numbers go on")
        .matches(attempt -> attempt.attempt() == 1);
  }

  @Test
  void endedJobsBeyondTheRetainedOnesAreForgotten() throws Exception {
    jobManager.close();
    jobManager = newJobManager(2, 1);
    JobId first = submit(graph("first", 1));
    JobId second = submit(graph("second", 1));
    join(jobManager.cancel(first));
    join(jobManager.cancel(second));
    time.runDue();
    assertThat(jobManager.jobs()).extracting(JobView::id).containsExactly(second);
    assertThatThrownBy(() -> join(jobManager.cancel(first)))
        .hasRootCauseInstanceOf(UnknownJobException.class);
    join(jobManager.cancel(second));
    jobManager.close();
    jobManager = newJobManager(3, 1);
    assertThat(jobManager.jobs()).extracting(JobView::id).containsExactly(second);
  }

  @Test
  void twoJobsShareTheSlotsThereAre() throws Exception {
    FakeTaskManager taskManager = new FakeTaskManager("tm-1", 3);
    JobId first = submit(graph("first", 2));
    JobId second = submit(graph("second", 2));
    assertThat(taskManager.deployed()).filteredOn(a -> a.job().equals(first)).hasSize(2);
    assertThat(taskManager.deployed()).filteredOn(a -> a.job().equals(second)).isEmpty();
    time.advance(Duration.ofSeconds(3));
    taskManager.heartbeat(List.of(), 0);
    assertThat(taskManager.deployed())
        .as("runs smaller after a while")
        .filteredOn(a -> a.job().equals(second))
        .hasSize(1);
    assertThat(jobManager.freeSlots()).isZero();
    join(cancelWith(taskManager, first));
    assertThat(jobManager.freeSlots()).isEqualTo(2);
  }

  @Test
  void aJobWithAMissingJarIsNotTaken() {
    JobGraph graph = graph("job", 1).withJars(List.of("0".repeat(64)));
    CompletionStage<JobId> answer = jobManager.submit(graph, Optional.empty(), false);
    time.runDue();
    assertThatThrownBy(() -> join(answer)).hasMessageContaining("upload it before the job");
    assertThat(jobManager.jobs()).isEmpty();
  }

  @Test
  void aSavepointThatIsNotThereFailsTheJobByName() throws Exception {
    JobId job = submit(graph("job", 1), Optional.of("/no/such/savepoint"));
    JobView view = jobManager.job(job).orElseThrow();
    assertThat(view.status()).isEqualTo(JobView.Status.FAILED);
    assertThat(view.exceptions().get(0).summary()).contains("savepoint");
  }

  @Test
  void requestsToAnEndedOrUnknownJobSayso() throws Exception {
    JobId job = submit(graph("job", 1));
    join(jobManager.cancel(job));
    assertThatThrownBy(() -> join(jobManager.savepoint(job, Optional.empty())))
        .hasRootCauseInstanceOf(JobRequestException.class)
        .hasMessageContaining("CANCELED");
    assertThatThrownBy(() -> join(jobManager.stop(JobId.of(99), Optional.empty(), false)))
        .hasRootCauseInstanceOf(UnknownJobException.class);
    assertThatThrownBy(() -> join(jobManager.onTermination(JobId.of(99))))
        .hasRootCauseInstanceOf(UnknownJobException.class);
  }

  @Test
  void anotherBuildOrNoSlotsAreRefused() {
    assertThatThrownBy(() -> jobManager.admit(register("tm-9", 1, "build 2")))
        .isInstanceOf(TaskManagerGate.RefusedException.class)
        .hasMessageContaining("build 1")
        .hasMessageContaining("build 2");
    assertThatThrownBy(() -> jobManager.admit(register("tm-9", 0, BUILD)))
        .hasMessageContaining("taskmanager.slots");
  }

  @Test
  void attemptsOfUnknownJobsThatATaskManagerReportsAreCancelled() {
    AttemptId stranger = new AttemptId(new io.millrace.runtime.id.SubtaskId(JobId.of(77), 0, 0), 0);
    ToJobManager.Register register =
        new ToJobManager.Register(
            new TaskManagerId("tm-1"), "h", 1, 2, 1, 3, BUILD, List.of(stranger));
    FakeTaskManager taskManager = new FakeTaskManager(register);
    assertThat(taskManager.sent).contains(new ToTaskManager.Cancel(stranger));
  }

  @Test
  void epochsGrowWithEachStart() throws Exception {
    LocalFileStore files = new LocalFileStore(directory.resolve("epochs"));
    assertThat(LeaderEpochs.claim(files)).isEqualTo(new LeaderEpoch(1));
    assertThat(LeaderEpochs.claim(files)).isEqualTo(new LeaderEpoch(2));
    assertThat(LeaderEpochs.claim(files)).isEqualTo(new LeaderEpoch(3));
  }

  private CompletionStage<Void> cancelWith(FakeTaskManager taskManager, JobId job) {
    CompletionStage<Void> canceled = jobManager.cancel(job);
    time.runDue();
    for (ToTaskManager message : List.copyOf(taskManager.sent)) {
      if (message instanceof ToTaskManager.Cancel cancel && cancel.attempt().job().equals(job)) {
        taskManager.report(List.of(cancel.attempt()), TaskState.CANCELED);
      }
    }
    return canceled;
  }

  private JobId submit(JobGraph graph) throws Exception {
    return submit(graph, Optional.empty());
  }

  private JobId submit(JobGraph graph, Optional<String> savepoint) throws Exception {
    return join(jobManager.submit(graph, savepoint, false));
  }

  private <T> T join(CompletionStage<T> stage) throws Exception {
    time.runDue();
    assertThat(stage.toCompletableFuture()).isDone();
    return stage.toCompletableFuture().get();
  }

  private JobView.Status status(JobId job) {
    return jobManager.job(job).orElseThrow().status();
  }

  private static JobGraph graph(String name, int parallelism) {
    return new JobGraph(
        name,
        List.of(
            new JobVertex(
                0,
                "work",
                parallelism,
                128,
                List.of(
                    new OperatorNode(
                        "w", true, "w", -1, "", OperatorNode.Kind.OPERATOR, false, new byte[0])))),
        List.of(),
        CheckpointSettings.DISABLED,
        RestartSettings.DEFAULT,
        List.of());
  }

  private static ToJobManager.Register register(String id, int slots, String build) {
    return new ToJobManager.Register(
        new TaskManagerId(id), "127.0.0.1", 1, 2, slots, 3, build, List.of());
  }

  private JobManagerCore newJobManager(long epoch, int retained) throws Exception {
    LocalFileStore ha = new LocalFileStore(directory.resolve("ha"));
    LocalFileStore checkpoints = new LocalFileStore(directory.resolve("checkpoints"));
    BlobStore blobs = new BlobStore(ha);
    JobManagerCore core =
        new JobManagerCore(
            new LeaderEpoch(epoch),
            new JobManagerCore.Settings(Duration.ofMillis(500), TIMEOUT, retained, BUILD),
            new JobServices(
                new JobServices.Storage(
                    new JobStore(ha, BUILD),
                    new CheckpointStore(checkpoints, BUILD),
                    checkpoints.location(),
                    directory.resolve("scratch")),
                new JobClassLoaders(
                    new BlobCache(directory.resolve("cache"), blobs::copyTo),
                    getClass().getClassLoader()),
                new VirtualThreads(),
                new JobServices.Clocks(() -> time.nanoTime() / 1_000_000, time::nanoTime),
                new JobServices.Rules(
                    Duration.ofSeconds(2), () -> 0, Optional.empty(), EnumeratorSettings.DEFAULT)),
            blobs,
            new VirtualLane(time),
            () -> JobId.of(++ids));
    core.start();
    return core;
  }

  /** Everything on the one scheduler. */
  private final class VirtualThreads implements JobServices.Threads {
    @Override
    public ScheduledExecutorService job(JobId job) {
      return new VirtualLane(time);
    }

    @Override
    public EnumeratorThreads enumerators(JobId job) {
      return new EnumeratorThreads() {
        @Override
        public ScheduledExecutorService calls() {
          return new VirtualLane(time);
        }

        @Override
        public ExecutorService io() {
          return new VirtualLane(time);
        }
      };
    }

    @Override
    public Executor io() {
      return time;
    }
  }

  /** A TaskManager that says what the test says. */
  private final class FakeTaskManager implements TaskManagerGate.Connection {
    final List<ToTaskManager> sent = new ArrayList<>();
    final TaskManagerGate.Incoming incoming;
    Optional<String> closed = Optional.empty();

    FakeTaskManager(String id, int slots) {
      this(JobManagerCoreTest.register(id, slots, BUILD));
    }

    FakeTaskManager(ToJobManager.Register register) {
      jobManager.admit(register);
      incoming = jobManager.register(register, this);
      time.runDue();
    }

    List<AttemptId> deployed() {
      time.runDue();
      return sent.stream()
          .filter(message -> message instanceof ToTaskManager.Deploy)
          .map(message -> ((ToTaskManager.Deploy) message).deployment().attempt())
          .toList();
    }

    void report(List<AttemptId> attempts, TaskState state) {
      attempts.forEach(
          attempt ->
              incoming.received(
                  new ToJobManager.TaskStateChanged(attempt, state, Optional.empty())));
      time.runDue();
    }

    void heartbeat(List<AttemptId> attempts, long count) {
      incoming.received(
          new ToJobManager.Heartbeat(
              attempts.stream()
                  .map(
                      attempt ->
                          new ToJobManager.TaskMetrics(
                              attempt,
                              count,
                              count,
                              0,
                              count,
                              0,
                              count,
                              2_000 * count,
                              1_000 * count,
                              count,
                              Map.of("late", 1L)))
                  .toList()));
      time.runDue();
    }

    @Override
    public void send(ToTaskManager message) {
      sent.add(message);
    }

    @Override
    public void ping() {}

    @Override
    public void close(String reason) {
      closed = Optional.of(reason);
    }
  }
}
