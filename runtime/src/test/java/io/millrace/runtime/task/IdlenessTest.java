package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.storage.LocalFileStore;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.exchange.BatchPool;
import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.ChannelEvent.EndOfData;
import io.millrace.runtime.exchange.ChannelEvent.Idleness;
import io.millrace.runtime.exchange.ChannelEvent.Watermark;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.LocalChannels;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.FunctionShipping;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.ChannelId;
import io.millrace.runtime.id.EdgeId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.operators.EdgeSpec;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.TaskDeployment.Peer;
import io.millrace.runtime.state.heap.KeyedBackends;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** W2: an idle channel holds nobody's time, so no data comes on it before it is active again. */
class IdlenessTest {
  private static final JobId JOB = JobId.of(3);
  private static final AttemptId MIDDLE = new AttemptId(new SubtaskId(JOB, 1, 0), 0);
  private static final TaskManagerId SELF = new TaskManagerId("tm");
  private static final int PRODUCERS = 2;

  @TempDir Path directory;

  private final QueuedSteps steps = new QueuedSteps();
  private final OutputChannel[] producers = new OutputChannel[PRODUCERS];
  private InputChannel consumer;

  @BeforeEach
  void deploy() {
    RemoteChannels none = null;
    LocalChannels local = new LocalChannels();
    TaskRunner runner =
        new TaskRunner(
            new SubtaskServices(
                steps,
                Runnable::run,
                (time, callback) -> {},
                () -> 0,
                () -> 0,
                new LocalFileStore(directory),
                KeyedBackends.onHeap(),
                message -> {}),
            TaskTuning.FULL,
            SELF,
            local,
            none);
    TypeInformation<Long> type = TypeInformation.of(Long.class);
    BatchPool pool = new BatchPool(List.of(ObjectLayout.of(type), ObjectLayout.of(type)), 0);
    for (int i = 0; i < PRODUCERS; i++) {
      producers[i] = local.meet(new ChannelId(JOB, 0, i, 0, 0)).output(pool, i);
    }
    consumer = local.meet(new ChannelId(JOB, 1, 0, 0, 0));
    consumer.onReadable(() -> {});
    byte[] spec = FunctionShipping.serialize(EdgeSpec.plain(type), "edge");
    OperatorFactory echo =
        (OperatorFactory & Serializable) maker -> maker.make(WatermarkEcho.class);
    runner.deploy(
        new TaskDeployment(
            MIDDLE,
            "idleness",
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
                    new JobEdge(0, 0, 0, "", 1, 0, Partitioning.REBALANCE, spec),
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
            Map.of(),
            Optional.empty()),
        getClass().getClassLoader());
    assertThat(sent()).isEmpty();
  }

  private static Peer peer(int subtask) {
    return new Peer(subtask, SELF.value(), "localhost", 1);
  }

  /** What the subtask has sent, once it has done all it can. */
  private List<Object> sent() {
    while (!steps.runnable.isEmpty()) {
      steps.runnable.poll().run();
    }
    List<Object> sent = new ArrayList<>();
    Object element;
    while ((element = consumer.poll()) != null) {
      if (element instanceof ObjectBatch batch) {
        for (int i = 0; i < batch.size; i++) {
          sent.add(batch.value(i));
        }
        batch.release();
      } else {
        sent.add(element);
      }
    }
    return sent;
  }

  private void says(int producer, ChannelEvent event) {
    producers[producer].sendEvent(event);
  }

  @Test
  void isSaidAfterWhatTheLastWatermarkBrings() {
    says(0, new Watermark(10));
    says(0, new Idleness(true));
    says(1, new Watermark(5));
    assertThat(sent()).containsExactly(5L, new Watermark(5));

    says(1, new Idleness(true));
    assertThat(sent()).containsExactly(10L, new Watermark(10), new Idleness(true));
  }

  @Test
  void endsBeforeWhatTheNextWatermarkBrings() {
    says(0, new Idleness(true));
    says(1, new Idleness(true));
    assertThat(sent()).containsExactly(new Idleness(true));

    says(1, new Idleness(false));
    says(1, new Watermark(20));
    assertThat(sent()).containsExactly(new Idleness(false), 20L, new Watermark(20));
  }

  @Test
  void isOverBeforeTheLastWatermark() {
    says(0, new Idleness(true));
    says(1, new Watermark(10));
    says(1, new Idleness(true));
    says(1, new Idleness(false));
    says(1, new Watermark(Long.MAX_VALUE));
    says(0, new EndOfData(true));
    says(1, new EndOfData(true));

    assertThat(sent())
        .containsExactly(
            10L,
            new Watermark(10),
            new Idleness(true),
            new Idleness(false),
            Long.MAX_VALUE,
            new Watermark(Long.MAX_VALUE),
            new EndOfData(true));
  }
}
