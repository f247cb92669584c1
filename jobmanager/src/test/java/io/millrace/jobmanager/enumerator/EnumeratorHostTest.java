package io.millrace.jobmanager.enumerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.jobmanager.enumerator.TestSource.Behaviour;
import io.millrace.runtime.edge.NamedThreads;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.SourceOperatorFactory;
import io.millrace.runtime.scheduler.JobAction;
import io.millrace.runtime.scheduler.JobEvent;
import io.millrace.runtime.state.StateHandles.Blob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EnumeratorHostTest {
  private static final CheckpointId CHECKPOINT = new CheckpointId(5);

  private final List<JobEvent.FromEnumerator> events = new CopyOnWriteArrayList<>();
  private final Queue<Runnable> checks = new ConcurrentLinkedQueue<>();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger threadsMade = new AtomicInteger();
  private Optional<EnumeratorHost> host = Optional.empty();

  @AfterEach
  void close() {
    host.ifPresent(h -> h.close(() -> {}));
  }

  @Test
  void assignsAndSnapshotsInOrder() throws Exception {
    start(Behaviour.NORMAL);
    host().addReader(new JobAction.AddReader(0, 3, 1));
    host().requestSplit(new JobAction.RequestSplit(0, 3, 1));
    host().snapshot(new JobAction.SnapshotEnumerator(0, 3, CHECKPOINT));
    host().requestSplit(new JobAction.RequestSplit(0, 3, 1));
    await().until(() -> events.size() == 3);
    assertThat(assigned(0)).isEqualTo("split-0");
    assertThat(text(((JobEvent.EnumeratorSnapshot) events.get(1)).state())).isEqualTo("next=1");
    assertThat(assigned(2)).isEqualTo("split-1");
    assertThat(events).allMatch(event -> event.vertex() == 0 && event.execution() == 3);
  }

  @Test
  void restoresItsState() throws Exception {
    start(Behaviour.NORMAL, Optional.of(new Blob(1, "next=7".getBytes(StandardCharsets.UTF_8))));
    host().requestSplit(new JobAction.RequestSplit(0, 3, 0));
    await().until(() -> events.size() == 1);
    assertThat(assigned(0)).isEqualTo("split-7");
  }

  @Test
  void blockingCallsRunElsewhereAndAreHandledOnItsThread() throws Exception {
    start(Behaviour.ASYNC);
    await().until(() -> events.size() == 1);
    assertThat(assigned(0)).contains("called on test-io").contains("handled on test-calls");
  }

  @Test
  void aThrowFailsTheJobAndNothingElse() throws Exception {
    start(Behaviour.THROW_ON_READER);
    host().addReader(new JobAction.AddReader(0, 3, 1));
    host().requestSplit(new JobAction.RequestSplit(0, 3, 1));
    await().until(() -> events.size() == 1);
    JobEvent.EnumeratorFailed failed = (JobEvent.EnumeratorFailed) events.get(0);
    assertThat(failed.cause().summary()).contains("bids source").contains("no broker");
    assertThat(failed.cause().stackTrace()).contains("TestSource");
    host().close(new JobAction.CloseEnumerator(0, 3));
    restore(4, Behaviour.NORMAL, Optional.empty());
    host().requestSplit(new JobAction.RequestSplit(0, 4, 0));
    await().until(() -> events.size() == 2);
    assertThat(assigned(1)).isEqualTo("split-0");
    assertThat(threadsMade).hasValue(1);
  }

  @Test
  void aFailureItReportsItselfFailsTheJobOnce() throws Exception {
    start(Behaviour.FAIL_TWICE);
    host().addReader(new JobAction.AddReader(0, 3, 1));
    host().requestSplit(new JobAction.RequestSplit(0, 3, 1));
    host().snapshot(new JobAction.SnapshotEnumerator(0, 3, CHECKPOINT));
    await().until(() -> !events.isEmpty());
    AtomicBoolean done = new AtomicBoolean();
    host().close(() -> done.set(true));
    await().untilTrue(done);
    assertThat(events).hasSize(1).allMatch(event -> event instanceof JobEvent.EnumeratorFailed);
  }

  /** A job that has nothing to do costs nothing. */
  @Test
  void callsAreWatchedAsLongAsTheyRunAndNoLonger() throws Exception {
    start(Behaviour.NORMAL);
    host().requestSplit(new JobAction.RequestSplit(0, 3, 0));
    await().until(() -> events.size() == 1);
    AtomicBoolean done = new AtomicBoolean();
    host().close(() -> done.set(true));
    await().untilTrue(done);
    assertThat(checks).as("one for all of them").hasSize(1);
    check();
    assertThat(checks).isEmpty();
  }

  @Test
  void aHangFailsTheJobAndItsThreadIsLeftBehind() throws Exception {
    start(Behaviour.HANG_ON_READER);
    host().addReader(new JobAction.AddReader(0, 3, 1));
    await().until(() -> TestSource.hanging.getCount() == 0);
    check();
    assertThat(events).as("still in time").isEmpty();
    nanos.addAndGet(EnumeratorSettings.DEFAULT.callDeadline().toNanos() + 1);
    check();
    assertThat(checks).as("nobody waits for it any more").isEmpty();
    JobEvent.EnumeratorFailed failed = (JobEvent.EnumeratorFailed) events.get(0);
    assertThat(failed.cause().summary()).contains("addReader").contains("callAsync");
    assertThat(failed.cause().stackTrace()).contains("TestSource");
    host().close(new JobAction.CloseEnumerator(0, 3));
    restore(4, Behaviour.NORMAL, Optional.empty());
    host().requestSplit(new JobAction.RequestSplit(0, 4, 0));
    await().until(() -> events.size() == 2);
    assertThat(assigned(1)).isEqualTo("split-0");
    assertThat(threadsMade).hasValue(2);
  }

  @Test
  void aSourceThatCannotBeReadIsNamed() throws Exception {
    host = Optional.of(newHost(new byte[] {1, 2, 3}));
    host().restore(new JobAction.RestoreEnumerator(0, 3, Optional.empty(), 2));
    await().until(() -> events.size() == 1);
    assertThat(((JobEvent.EnumeratorFailed) events.get(0)).cause().summary())
        .contains("bids source");
  }

  @Test
  void eventsOfAFormerExecutionReachNobody() throws Exception {
    start(Behaviour.NORMAL);
    host().close(new JobAction.CloseEnumerator(0, 3));
    host().requestSplit(new JobAction.RequestSplit(0, 3, 0));
    AtomicBoolean done = new AtomicBoolean();
    host().close(() -> done.set(true));
    await().untilTrue(done);
    assertThat(events).isEmpty();
  }

  /** What comes a second later. */
  private void check() {
    checks.remove().run();
  }

  private EnumeratorHost host() {
    return host.orElseThrow();
  }

  private String assigned(int index) {
    return text(((JobEvent.EnumeratorAssigned) events.get(index)).splits().get(0));
  }

  private static String text(Blob blob) {
    return new String(blob.bytes(), StandardCharsets.UTF_8);
  }

  private void start(Behaviour behaviour) throws IOException {
    start(behaviour, Optional.empty());
  }

  private void start(Behaviour behaviour, Optional<Blob> state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(
          new SourceOperatorFactory<>(
              new TestSource(), io.millrace.core.time.WatermarkStrategy.noWatermarks()));
    }
    host = Optional.of(newHost(bytes.toByteArray()));
    restore(3, behaviour, state);
  }

  private void restore(int execution, Behaviour behaviour, Optional<Blob> state) {
    TestSource.behaviour = behaviour;
    host().restore(new JobAction.RestoreEnumerator(0, execution, state, 2));
  }

  private EnumeratorHost newHost(byte[] factory) {
    JobVertex vertex =
        new JobVertex(
            0,
            "bids source",
            2,
            128,
            List.of(
                new OperatorNode("s", true, "s", -1, "", OperatorNode.Kind.SOURCE, true, factory)));
    JobGraph graph =
        new JobGraph(
            "job",
            List.of(vertex),
            List.of(),
            CheckpointSettings.DISABLED,
            RestartSettings.DEFAULT,
            List.of());
    return new EnumeratorHost(
        graph,
        () -> getClass().getClassLoader(),
        new EnumeratorThreads() {
          @Override
          public ScheduledExecutorService calls() {
            threadsMade.incrementAndGet();
            return NamedThreads.single("test-calls");
          }

          @Override
          public ExecutorService io() {
            return NamedThreads.pool("test-io", 2);
          }
        },
        EnumeratorSettings.DEFAULT,
        nanos::get,
        events::add,
        checks::add);
  }
}
