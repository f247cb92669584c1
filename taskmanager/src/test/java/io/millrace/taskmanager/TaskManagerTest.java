package io.millrace.taskmanager;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.blob.BlobCache;
import io.millrace.runtime.blob.JobClassLoaders;
import io.millrace.runtime.checkpoint.CheckpointTimings;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.LeaderEpoch;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.JobManagerLink;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.testkit.VirtualScheduler;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskManagerTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final JobId JOB = JobId.of(1);
  private static final AttemptId FIRST = attempt(0);
  private static final AttemptId SECOND = attempt(1);

  @TempDir Path directory;
  private final VirtualScheduler main = new VirtualScheduler();
  private final ArrayDeque<Runnable> deployments = new ArrayDeque<>();
  private final FakeLink link = new FakeLink();
  private final FakeHost host = new FakeHost();
  private final List<TaskManager.FatalError> fatal = new ArrayList<>();
  private int ids;
  private TaskManager taskManager;

  @BeforeEach
  void start() {
    taskManager =
        new TaskManager(
            new TaskManagerSettings(
                new TaskManagerSettings.Address("127.0.0.1", 10, 11),
                2,
                99,
                "build",
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                new TaskManagerSettings.Backoff(Duration.ofMillis(100), Duration.ofSeconds(2))),
            link,
            new JobClassLoaders(
                new BlobCache(directory, (key, target) -> {}), getClass().getClassLoader()),
            new TaskManager.Threads(main, deployments::add, main::nanoTime),
            () -> new TaskManagerId("tm-" + ++ids),
            fatal::add);
    taskManager.start(host);
    main.runDue();
  }

  @Test
  void registersAndSendsHeartbeats() {
    assertThat(link.session().register)
        .isEqualTo(
            new ToJobManager.Register(
                new TaskManagerId("tm-1"), "127.0.0.1", 10, 11, 2, 99, "build", List.of()));
    register();
    keepAlive(Duration.ofSeconds(3));
    assertThat(link.session().sent)
        .hasSize(6)
        .allMatch(message -> message instanceof ToJobManager.Heartbeat);
  }

  @Test
  void deploysThenHandsOverWhatCameMeanwhile() {
    register();
    receive(deploy(FIRST));
    receive(new ToTaskManager.CheckpointAborted(FIRST, new CheckpointId(1)));
    assertThat(host.handled).isEmpty();
    runDeployments();
    assertThat(host.deployed).containsExactly("tm-1 " + FIRST);
    assertThat(host.handled)
        .containsExactly(new ToTaskManager.CheckpointAborted(FIRST, new CheckpointId(1)));
    report(new ToJobManager.ReaderOpened(FIRST));
    assertThat(link.session().sent).containsExactly(new ToJobManager.ReaderOpened(FIRST));
  }

  @Test
  void aCancelDuringDeploymentPreventsTheStart() {
    register();
    receive(deploy(FIRST));
    receive(new ToTaskManager.Cancel(FIRST));
    runDeployments();
    assertThat(host.deployed).isEmpty();
    assertThat(link.session().sent).containsExactly(state(FIRST, TaskState.CANCELED));
  }

  @Test
  void cancellingWhatIsNotThereIsAnswered() {
    register();
    receive(new ToTaskManager.Cancel(FIRST));
    assertThat(link.session().sent).containsExactly(state(FIRST, TaskState.CANCELED));
  }

  @Test
  void aFailedDeploymentNamesTheOperator() {
    register();
    host.failure = Optional.of(new IOException("no such class"));
    receive(deploy(FIRST));
    runDeployments();
    ToJobManager.TaskStateChanged changed =
        (ToJobManager.TaskStateChanged) link.session().sent.get(0);
    assertThat(changed.state()).isEqualTo(TaskState.FAILED);
    assertThat(changed.failure().orElseThrow().summary())
        .contains("window 0")
        .contains("no such class");
  }

  @Test
  void aLostConnectionCancelsEverythingBeforeRegisteringUnderAnotherId() {
    register();
    receive(deploy(FIRST));
    receive(deploy(SECOND));
    runDeployments();
    FakeLink.FakeSession former = link.session();

    former.listener.lost(new JobManagerLink.Loss(false, "no heartbeat for 5 s"));
    main.advance(Duration.ofSeconds(10));
    assertThat(host.handled)
        .containsExactly(new ToTaskManager.Cancel(FIRST), new ToTaskManager.Cancel(SECOND));
    assertThat(link.sessions).as("not before the subtasks have ended").hasSize(1);

    // A zombie's words are dropped, over the old connection and the new.
    report(
        new ToJobManager.AckCheckpoint(
            FIRST, new CheckpointId(3), Map.of(), CheckpointTimings.NONE));
    report(state(FIRST, TaskState.CANCELED));
    report(state(SECOND, TaskState.CANCELED));
    main.advance(Duration.ofSeconds(1));
    assertThat(link.sessions).hasSize(2);
    assertThat(link.session().register.taskManager()).isEqualTo(new TaskManagerId("tm-2"));
    assertThat(link.session().register.running()).isEmpty();
    register();
    report(new ToJobManager.ReaderOpened(FIRST));
    assertThat(link.session().sent).isEmpty();
    assertThat(former.sent).isEmpty();
  }

  @Test
  void aSilentJobManagerIsGivenUp() {
    register();
    main.advance(TIMEOUT.plusSeconds(1));
    assertThat(link.session().closed.orElseThrow()).contains("silent");
  }

  @Test
  void triesAgainWithBackOffAndExitsWhenNobodyTakesIt() {
    for (int i = 0; i < 100 && fatal.isEmpty(); i++) {
      link.session().listener.lost(new JobManagerLink.Loss(false, "connection refused"));
      main.advance(Duration.ofSeconds(2));
    }
    assertThat(link.sessions).hasSizeBetween(20, 40);
    assertThat(fatal.get(0).reason()).contains("60 s").contains("jobmanager.host");
  }

  @Test
  void aRegistrationInTimeKeepsTheProcessAlive() {
    register();
    keepAlive(Duration.ofSeconds(200));
    assertThat(fatal).isEmpty();
  }

  @Test
  void aPermanentRefusalEndsTheProcessAtOnce() {
    link.session().listener.lost(new JobManagerLink.Loss(true, "another build"));
    main.runDue();
    assertThat(fatal.get(0).reason()).contains("another build");
  }

  @Test
  void aTaskThatIgnoresItsCancellationEndsTheProcess() {
    register();
    receive(deploy(FIRST));
    runDeployments();
    receive(new ToTaskManager.Cancel(FIRST));
    receive(new ToTaskManager.Cancel(FIRST));
    assertThat(host.handled).containsExactly(new ToTaskManager.Cancel(FIRST));
    keepAlive(Duration.ofSeconds(31));
    assertThat(fatal.get(0).reason()).contains("ignored its cancellation for 30 s");
  }

  @Test
  void aJobIsReleasedAfterItsLastSubtask() {
    register();
    receive(deploy(FIRST));
    runDeployments();
    receive(new ToTaskManager.ReleaseJob(JOB));
    assertThat(host.handled).isEmpty();
    report(state(FIRST, TaskState.FINISHED));
    assertThat(host.handled).containsExactly(new ToTaskManager.ReleaseJob(JOB));
  }

  private void register() {
    link.session()
        .listener
        .registered(
            new JobManagerLink.Registration(new LeaderEpoch(1), Duration.ofMillis(500), TIMEOUT));
    main.runDue();
  }

  private void receive(ToTaskManager message) {
    link.session().listener.received(message);
    main.runDue();
  }

  private void report(ToJobManager.OfSubtask message) {
    taskManager.report(message);
    main.runDue();
  }

  private void keepAlive(Duration time) {
    for (long millis = 0; millis < time.toMillis(); millis += 500) {
      main.advance(Duration.ofMillis(500));
      link.session().listener.pinged();
    }
  }

  private void runDeployments() {
    while (!deployments.isEmpty()) {
      deployments.poll().run();
    }
    main.runDue();
  }

  private static AttemptId attempt(int subtask) {
    return new AttemptId(new SubtaskId(JOB, 0, subtask), 0);
  }

  private static ToJobManager.OfSubtask state(AttemptId attempt, TaskState state) {
    return new ToJobManager.TaskStateChanged(attempt, state, Optional.empty());
  }

  private static ToTaskManager deploy(AttemptId attempt) {
    return new ToTaskManager.Deploy(
        new TaskDeployment(
            attempt,
            "job",
            new JobVertex(
                0,
                "window 0",
                2,
                128,
                List.of(
                    new OperatorNode(
                        "w", true, "w", -1, "", OperatorNode.Kind.OPERATOR, true, new byte[0]))),
            List.of(),
            List.of(),
            CheckpointSettings.DISABLED,
            List.of(),
            Map.of(),
            Optional.empty()));
  }

  private static final class FakeLink implements JobManagerLink {
    final List<FakeSession> sessions = new ArrayList<>();

    FakeSession session() {
      return sessions.get(sessions.size() - 1);
    }

    @Override
    public Session open(ToJobManager.Register register, Listener listener) {
      FakeSession session = new FakeSession(register, listener);
      sessions.add(session);
      return session;
    }

    @Override
    public void fetchBlob(String key, OutputStream target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String target() {
      return "a fake";
    }

    @Override
    public void close() {}

    static final class FakeSession implements Session {
      final ToJobManager.Register register;
      final Listener listener;
      final List<ToJobManager> sent = new ArrayList<>();
      Optional<String> closed = Optional.empty();

      FakeSession(ToJobManager.Register register, Listener listener) {
        this.register = register;
        this.listener = listener;
      }

      @Override
      public void send(ToJobManager message) {
        sent.add(message);
      }

      @Override
      public void close(String reason) {
        closed = Optional.of(reason);
      }
    }
  }

  private static final class FakeHost implements TaskHost {
    final List<String> deployed = new ArrayList<>();
    final List<ToTaskManager> handled = new ArrayList<>();
    Optional<Exception> failure = Optional.empty();

    @Override
    public void deploy(TaskManagerId self, TaskDeployment deployment, ClassLoader userCode)
        throws Exception {
      if (failure.isPresent()) {
        throw failure.get();
      }
      deployed.add(self + " " + deployment.attempt());
    }

    @Override
    public void handle(ToTaskManager message) {
      handled.add(message);
    }

    @Override
    public List<ToJobManager.TaskMetrics> metrics() {
      return List.of();
    }
  }
}
