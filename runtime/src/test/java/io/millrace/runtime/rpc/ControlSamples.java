package io.millrace.runtime.rpc;

import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.checkpoint.CheckpointTimings;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.EdgeId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.RawState;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateKind;
import io.millrace.runtime.state.StateMeta;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** One of each control message, with every field set, and ways to damage bytes. */
final class ControlSamples {
  static final JobId JOB = JobId.of(0x1234_5678_9abcL);
  static final AttemptId ATTEMPT = new AttemptId(new SubtaskId(JOB, 2, 3), 4);
  static final CheckpointId CHECKPOINT = new CheckpointId(17);

  private ControlSamples() {}

  static JobVertex vertex(int index, OperatorNode.Kind kind) {
    return new JobVertex(
        index,
        "vertex " + index,
        3,
        128,
        List.of(
            new OperatorNode("uid-a", true, "a", -1, "", kind, true, new byte[] {1, 2, -3}),
            new OperatorNode(
                "uid-b", false, "b", 0, "late", OperatorNode.Kind.OPERATOR, false, new byte[0])));
  }

  static JobEdge edge(int index, Partitioning partitioning) {
    return new JobEdge(index, 0, 1, "side", 1, 1, partitioning, new byte[] {9});
  }

  static StateHandles handles() {
    StateHandles.FileSection section = new StateHandles.FileSection("chk-1/x", 5, 1L << 40, -77);
    return new StateHandles(
        List.of(
            new StateHandles.KeyedSection(new KeyGroupRange(4, 5), List.of(section, section)),
            new StateHandles.KeyedSection(
                new KeyGroupRange(6, 6),
                List.of(section),
                Optional.of(
                    new StateHandles.StoreImage(
                        new KeyGroupRange(6, 8),
                        section,
                        List.of(new StateHandles.SharedFile("shared/1-a", "a", 1L << 40, -9)))))),
        List.of(section),
        List.of(
            new StateHandles.SplitState(
                new StateHandles.Blob(1, new byte[] {1}), 1_700_000_000_000L)),
        List.of(new StateHandles.Blob(2, new byte[] {2, 3})),
        List.of(new StateHandles.ChannelSection(new EdgeId("uid-b", "late", 1), section)));
  }

  static TaskDeployment deployment() {
    TaskDeployment.Peer peer = new TaskDeployment.Peer(1, "tm-1", "127.0.0.1", 4711);
    return new TaskDeployment(
        ATTEMPT,
        "job",
        vertex(2, OperatorNode.Kind.OPERATOR),
        List.of(
            new TaskDeployment.Input(
                edge(0, Partitioning.HASH),
                new EdgeId("source", "tag", 1),
                2,
                List.of(peer, peer))),
        List.of(new TaskDeployment.Output(edge(1, Partitioning.CUSTOM), 2, 128, List.of(peer))),
        CheckpointSettings.every(Duration.ofMillis(1500)),
        List.of("jar-1"),
        Map.of("uid-a", handles()),
        Optional.of(CHECKPOINT));
  }

  static List<ToTaskManager> toTaskManager() {
    return List.of(
        new ToTaskManager.Deploy(deployment()),
        new ToTaskManager.Cancel(ATTEMPT),
        new ToTaskManager.TriggerCheckpoint(ATTEMPT, CHECKPOINT, true, "dir"),
        new ToTaskManager.TriggerCheckpoint(
            ATTEMPT, CHECKPOINT, false, "dir", Optional.of(new CheckpointId(3))),
        new ToTaskManager.CheckpointCompleted(ATTEMPT, CHECKPOINT),
        new ToTaskManager.CheckpointAborted(ATTEMPT, CHECKPOINT),
        new ToTaskManager.AssignSplits(ATTEMPT, 8, handles().committables()),
        new ToTaskManager.NoMoreSplits(ATTEMPT, 9),
        new ToTaskManager.StopSource(ATTEMPT, true),
        new ToTaskManager.ReadState(
            ATTEMPT, 5, "uid-a", "total", new StateHandles.Blob(1, new byte[] {4, 5})),
        new ToTaskManager.Finish(ATTEMPT),
        new ToTaskManager.ReleaseJob(JOB));
  }

  static ToJobManager.Register register(String id) {
    return new ToJobManager.Register(
        new TaskManagerId(id), "127.0.0.1", 1, 2, 3, 4, Build.CURRENT.toString(), List.of(ATTEMPT));
  }

  static List<ToJobManager> toJobManager() {
    return List.of(
        register("tm-1"),
        new ToJobManager.Heartbeat(
            List.of(
                new ToJobManager.TaskMetrics(
                    ATTEMPT, 1, 2, 3, 4, 5, 6, 7, 8, Long.MIN_VALUE, Map.of("late", 7L)))),
        new ToJobManager.TaskStateChanged(
            ATTEMPT,
            ToJobManager.TaskState.FAILED,
            Optional.of(
                new ToJobManager.TaskFailure(
                    "why", "at x", ToJobManager.FailureKind.UNREADABLE_STATE))),
        new ToJobManager.AckCheckpoint(
            ATTEMPT, CHECKPOINT, Map.of("uid-a", handles()), new CheckpointTimings(1, 2, 3, true)),
        new ToJobManager.DeclineCheckpoint(ATTEMPT, CHECKPOINT, "disk full"),
        new ToJobManager.ReaderOpened(ATTEMPT),
        new ToJobManager.SplitRequested(ATTEMPT),
        new ToJobManager.StateRead(ATTEMPT, 5, Optional.empty(), Optional.of("no such state")),
        new ToJobManager.StateRead(
            ATTEMPT,
            6,
            Optional.of(
                new RawState(
                    new StateMeta(
                        "total",
                        StateKind.VALUE,
                        TypeInformation.of(Long.class).schema(),
                        StateMeta.NONE,
                        TypeInformation.of(String.class).schema(),
                        true),
                    "here",
                    new byte[] {1, 2})),
            Optional.empty()),
        new ToJobManager.SplitsReceived(ATTEMPT, 3));
  }

  /** Flips, cuts or inserts a few bytes. */
  static byte[] damage(byte[] bytes, Random random) {
    byte[] damaged = Arrays.copyOf(bytes, Math.max(1, bytes.length + random.nextInt(5) - 2));
    for (int i = random.nextInt(4); i >= 0; i--) {
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(4) == 0
        ? Arrays.copyOf(damaged, random.nextInt(damaged.length + 1))
        : damaged;
  }
}
