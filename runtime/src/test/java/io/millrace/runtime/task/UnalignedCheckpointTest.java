package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.storage.LocalFileStore;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.exchange.BatchPool;
import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.ChannelEvent.Barrier;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.LocalChannels;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.exchange.netty.BatchCodec;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.FunctionShipping;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.ChannelId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.EdgeId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.operators.EdgeSpec;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.TaskDeployment.Peer;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.AckCheckpoint;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.IncompatibleStateException;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.ChannelSection;
import io.millrace.runtime.state.heap.KeyedBackends;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Barriers that overtake records: one subtask with two producers, stepped by the test, whose clock
 * the test moves.
 */
class UnalignedCheckpointTest {
  private static final JobId JOB = JobId.of(3);
  private static final TaskManagerId SELF = new TaskManagerId("tm");
  private static final TypeInformation<Long> TYPE = TypeInformation.of(Long.class);
  private static final int PRODUCERS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  @TempDir Path directory;

  private final QueuedSteps steps = new QueuedSteps();
  private final OutputChannel[] producers = new OutputChannel[PRODUCERS];
  private final List<ToJobManager> said = new ArrayList<>();
  private final List<Runnable> timers = new ArrayList<>();
  private TaskRunner runner;
  private AttemptId attempt;
  private InputChannel consumer;
  private long millis;

  @BeforeEach
  void mayTakeAll() {
    EchoRoom.left = Long.MAX_VALUE;
    EchoRoom.onRecord = () -> {};
  }

  private void deploy(Partitioning partitioning, List<ChannelSection> inFlight) {
    RemoteChannels none = null;
    LocalChannels local = new LocalChannels();
    said.clear();
    attempt = new AttemptId(new SubtaskId(JOB, 1, 0), 0);
    runner =
        new TaskRunner(
            new SubtaskServices(
                steps,
                Runnable::run,
                (time, callback) -> timers.add(callback),
                () -> millis,
                () -> millis * 1_000_000,
                new LocalFileStore(directory),
                KeyedBackends.onHeap(),
                said::add),
            TaskTuning.FULL,
            SELF,
            local,
            none);
    BatchPool pool = new BatchPool(List.of(ObjectLayout.of(TYPE), ObjectLayout.of(TYPE)), 20);
    for (int i = 0; i < PRODUCERS; i++) {
      producers[i] = local.meet(new ChannelId(JOB, 0, i, 0, 0)).output(pool, i);
    }
    consumer = local.meet(new ChannelId(JOB, 1, 0, 0, 0));
    consumer.onReadable(() -> {});
    byte[] spec = FunctionShipping.serialize(EdgeSpec.plain(TYPE), "edge");
    OperatorFactory echo = (OperatorFactory & Serializable) maker -> maker.make(HesitantEcho.class);
    StateHandles restored = new StateHandles(List.of(), List.of(), List.of(), List.of(), inFlight);
    runner.deploy(
        new TaskDeployment(
            attempt,
            "unaligned",
            new JobVertex(
                1,
                "echo",
                1,
                128,
                List.of(
                    new OperatorNode(
                        "echo",
                        true,
                        "echo",
                        -1,
                        "",
                        OperatorNode.Kind.OPERATOR,
                        true,
                        FunctionShipping.serialize(echo, "echo")))),
            List.of(
                new TaskDeployment.Input(
                    new JobEdge(0, 0, 0, "", 1, 0, partitioning, spec),
                    new EdgeId("producer", "", 0),
                    PRODUCERS,
                    List.of(peer(0), peer(1)))),
            List.of(
                new TaskDeployment.Output(
                    new JobEdge(1, 1, 0, "", 2, 0, Partitioning.REBALANCE, spec),
                    1,
                    128,
                    List.of(peer(0)))),
            CheckpointSettings.DISABLED,
            List.of(),
            inFlight.isEmpty() ? Map.of() : Map.of("echo", restored),
            inFlight.isEmpty() ? Optional.empty() : Optional.of(new CheckpointId(1))),
        getClass().getClassLoader());
  }

  private static Peer peer(int subtask) {
    return new Peer(subtask, SELF.value(), "localhost", 1);
  }

  private void step() {
    while (!steps.runnable.isEmpty()) {
      steps.runnable.poll().run();
    }
  }

  /** What the subtask has sent, once it has done all it can. */
  private List<Object> sent() {
    step();
    List<Object> sent = new ArrayList<>();
    Object element;
    while ((element = consumer.poll()) != null) {
      if (element instanceof ObjectBatch batch) {
        sent.addAll(values(batch));
      } else {
        sent.add(element);
      }
    }
    return sent;
  }

  private static List<Long> values(ObjectBatch batch) {
    List<Long> values = new ArrayList<>();
    for (int i = 0; i < batch.size; i++) {
      values.add((Long) batch.value(i));
    }
    batch.release();
    return values;
  }

  private void sends(int producer, long... values) {
    ObjectBatch batch = (ObjectBatch) producers[producer].acquire();
    batch.begin(ObjectLayout.rows(TYPE));
    for (long value : values) {
      int n = batch.size;
      if (batch.layout == null) {
        batch.values[n] = value;
      } else {
        batch.layout.store(
            value,
            batch.rows,
            n * batch.layout.words(),
            batch.values,
            n * batch.layout.references());
      }
      batch.stamp(n, 7);
      batch.size++;
    }
    producers[producer].send(batch);
  }

  private void says(int producer, ChannelEvent event) {
    producers[producer].sendEvent(event);
  }

  private static Barrier barrier(long checkpoint, Optional<Duration> patience) {
    return new Barrier(
        new CheckpointId(checkpoint), false, "j/chk-" + checkpoint, Optional.empty(), patience);
  }

  private static Barrier patient(long checkpoint) {
    return barrier(checkpoint, Optional.of(PATIENCE));
  }

  private static Barrier overtaking(long checkpoint) {
    return barrier(checkpoint, Optional.of(Duration.ZERO));
  }

  private void timePasses(Duration time) {
    millis += time.toMillis();
    List<Runnable> due = List.copyOf(timers);
    timers.clear();
    due.forEach(Runnable::run);
  }

  private List<AckCheckpoint> acks() {
    return said.stream()
        .filter(AckCheckpoint.class::isInstance)
        .map(AckCheckpoint.class::cast)
        .toList();
  }

  private List<ChannelSection> sections(AckCheckpoint ack) {
    return ack.state().getOrDefault("echo", StateHandles.EMPTY).channels();
  }

  private List<Long> inFlight(AckCheckpoint ack) throws Exception {
    List<Long> values = new ArrayList<>();
    BatchCodec codec = BatchCodec.of(ObjectLayout.of(TYPE), getClass().getClassLoader());
    SnapshotReader reader = new SnapshotReader(new LocalFileStore(directory), 128);
    for (ChannelSection section : sections(ack)) {
      assertThat(section.edge()).isEqualTo(new EdgeId("producer", "", 0));
      byte[] bytes = reader.readChannel("echo", section, TYPE.schema());
      BinaryReader frames = new BinaryReader(bytes, getClass().getClassLoader());
      while (frames.remaining() > 0) {
        byte[] frame = frames.readBytes(frames.readInt());
        values.addAll(values((ObjectBatch) codec.decode(frame, 0, frame.length)));
      }
    }
    return values;
  }

  @Test
  void ba5WhatComesBetweenTheSnapshotAndEachBarrierIsInFlight() throws Exception {
    deploy(Partitioning.REBALANCE, List.of());
    says(0, patient(1));
    sends(0, 100);
    sends(1, 1, 2);
    assertThat(sent()).containsExactly(1L, 2L); // aligning: 100 waits behind the barrier
    assertThat(acks()).isEmpty();

    timePasses(PATIENCE);
    assertThat(sent()).containsExactly(overtaking(1), 100L);
    sends(1, 3);
    assertThat(sent()).containsExactly(3L);
    assertThat(acks()).isEmpty(); // until the other barrier is there
    says(1, patient(1));
    sends(1, 4);
    assertThat(sent()).containsExactly(4L);

    assertThat(acks()).hasSize(1);
    assertThat(acks().get(0).timings().unaligned()).isTrue();
    assertThat(acks().get(0).timings().alignmentNanos()).isEqualTo(PATIENCE.toNanos());
    assertThat(inFlight(acks().get(0))).containsExactly(3L);
  }

  @Test
  void whatIsAlignedInTimeHasNothingInFlightAndLeavesItsPatience() throws Exception {
    deploy(Partitioning.REBALANCE, List.of());
    says(0, patient(1));
    step();
    millis += 400;
    sends(1, 1);
    says(1, patient(1));
    assertThat(sent()).containsExactly(1L, barrier(1, Optional.of(Duration.ofMillis(600))));
    assertThat(acks().get(0).timings().unaligned()).isFalse();
    assertThat(sections(acks().get(0))).isEmpty();
    timePasses(PATIENCE);
    assertThat(sent()).isEmpty();
  }

  @Test
  void ba5TheRestOfASuspendedBatchAndAllThatIsQueuedInFrontOfBarriersIsInFlight() throws Exception {
    deploy(Partitioning.REBALANCE, List.of());
    EchoRoom.left = 2;
    sends(0, 1, 2, 3, 4);
    step();
    sends(0, 5);
    sends(1, 6);
    says(0, patient(1));
    says(1, patient(1));
    sends(0, 7);
    step();
    assertThat(acks()).isEmpty();
    timePasses(PATIENCE);
    assertThat(sent()).containsExactly(1L, 2L, overtaking(1));
    assertThat(inFlight(acks().get(0))).containsExactly(3L, 4L, 5L, 6L);

    // The next one comes before any of that is consumed: it is in flight still.
    says(0, overtaking(2));
    says(1, overtaking(2));
    assertThat(sent()).containsExactly(overtaking(2));
    assertThat(inFlight(acks().get(1))).containsExactly(3L, 4L, 5L, 7L, 6L);

    EchoRoom.left = Long.MAX_VALUE;
    runner.handle(new ToTaskManager.CheckpointCompleted(attempt, new CheckpointId(2)));
    assertThat(sent()).containsExactlyInAnyOrder(3L, 4L, 5L, 6L, 7L).startsWith(3L, 4L);
  }

  @Test
  void ba9WhatWasInFlightComesFirstAndIsInFlightAgainUntilItIsConsumed() throws Exception {
    deploy(Partitioning.REBALANCE, List.of());
    EchoRoom.left = 1;
    sends(0, 1, 2, 3);
    step();
    sends(1, 4);
    says(0, overtaking(1));
    says(1, overtaking(1));
    assertThat(sent()).endsWith(overtaking(1));
    List<ChannelSection> first = sections(acks().get(0));
    assertThat(inFlight(acks().get(0))).containsExactlyInAnyOrder(2L, 3L, 4L);

    EchoRoom.left = 1;
    deploy(Partitioning.REBALANCE, first);
    sends(0, 5);
    step();
    says(0, overtaking(2));
    says(1, overtaking(2));
    assertThat(sent()).containsExactly(2L, overtaking(2));
    assertThat(inFlight(acks().get(0))).containsExactly(3L, 4L, 5L);

    EchoRoom.left = Long.MAX_VALUE;
    deploy(Partitioning.REBALANCE, sections(acks().get(0)));
    sends(1, 6);
    assertThat(sent()).containsExactly(3L, 4L, 5L, 6L);
  }

  /** Else each checkpoint would wait for a slow one's batches at every subtask of its worker. */
  @Test
  void aSlowOperatorLeavesItsThreadToOthersInMidBatch() {
    deploy(Partitioning.REBALANCE, List.of());
    step();
    long[] records = {0};
    EchoRoom.onRecord =
        () -> {
          records[0]++;
          millis += 1;
        };
    for (int i = 0; i < 8; i++) {
      sends(i % 2, new long[100]);
    }
    long most = 0;
    for (int step = 1; !steps.runnable.isEmpty(); step++) {
      long before = records[0];
      steps.runnable.poll().run();
      most = step < 12 ? most : Math.max(most, records[0] - before);
    }
    assertThat(records[0]).isEqualTo(800);
    assertThat(most).isBetween(1L, 8L);
  }

  @Test
  void aSavepointWaitsForAll() {
    deploy(Partitioning.REBALANCE, List.of());
    says(0, new Barrier(new CheckpointId(1), true, "j/savepoint-1"));
    step();
    assertThat(timers).isEmpty();
    sends(1, 1);
    says(1, new Barrier(new CheckpointId(1), true, "j/savepoint-1"));
    assertThat(sent()).containsExactly(1L, new Barrier(new CheckpointId(1), true, "j/savepoint-1"));
    assertThat(acks().get(0).timings().unaligned()).isFalse();
  }

  @Test
  void ba11RecordsOfOtherEdgesAreNotOvertaken() throws Exception {
    for (Partitioning partitioning :
        List.of(Partitioning.FORWARD, Partitioning.BROADCAST, Partitioning.CUSTOM)) {
      deploy(partitioning, List.of());
      says(0, overtaking(1));
      sends(1, 1);
      assertThat(sent()).containsExactly(1L);
      sends(1, 2);
      says(1, overtaking(1));
      assertThat(sent()).containsExactly(2L, overtaking(1));
      assertThat(acks().get(0).timings().unaligned()).isFalse();
    }
  }

  @Test
  void anAbortedCheckpointIsNotTakenWhenItsTimeHasCome() {
    deploy(Partitioning.REBALANCE, List.of());
    says(0, patient(1));
    step();
    runner.handle(new ToTaskManager.CheckpointAborted(attempt, new CheckpointId(1)));
    timePasses(PATIENCE);
    sends(0, 1);
    assertThat(sent()).containsExactly(1L);
    assertThat(acks()).isEmpty();
  }

  @Test
  void ba3ANewerCheckpointEndsOneWhoseBarriersAreStillToCome() throws Exception {
    deploy(Partitioning.REBALANCE, List.of());
    says(0, overtaking(1));
    sends(1, 1);
    assertThat(sent()).containsExactly(overtaking(1), 1L);
    says(0, overtaking(2));
    assertThat(sent()).containsExactly(overtaking(2));
    says(1, overtaking(1));
    sends(1, 2);
    says(1, overtaking(2));
    assertThat(sent()).containsExactly(2L);
    assertThat(acks()).extracting(AckCheckpoint::checkpoint).containsExactly(new CheckpointId(2));
    assertThat(inFlight(acks().get(0))).containsExactly(2L);
  }

  @Test
  void recordsOfAnotherTypeAreRefusedWithARemedy() throws Exception {
    deploy(Partitioning.REBALANCE, List.of());
    EchoRoom.left = 1;
    sends(0, 1, 2);
    step();
    says(0, overtaking(1));
    says(1, overtaking(1));
    step();
    ChannelSection section = sections(acks().get(0)).get(0);
    SnapshotReader reader = new SnapshotReader(new LocalFileStore(directory), 128);
    assertThatThrownBy(
            () -> reader.readChannel("echo", section, TypeInformation.of(KeyValue.class).schema()))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("'echo'")
        .hasMessageContaining("savepoint");
  }
}
