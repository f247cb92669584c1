package io.millrace.runtime.scheduler.model;

import io.millrace.runtime.checkpoint.AlignmentResult;
import io.millrace.runtime.checkpoint.BarrierAligner;
import io.millrace.runtime.checkpoint.CheckpointTimings;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.SplitState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A subtask of the model job: a source that reads its splits record by record, or a transactional
 * sink that aligns barriers with the production aligner.
 */
final class ModelTask {
  private record Barrier(CheckpointId id) {}

  private static final Object END = "end of data";

  final AttemptId attempt;
  private final TaskDeployment deployment;
  private final ModelTaskManager home;
  private final ModelCluster cluster;
  private final boolean source;
  private final String uid;
  TaskState state = TaskState.DEPLOYING;

  // Source
  private final TreeMap<String, Integer> offsets = new TreeMap<>();
  private boolean noMoreSplits;
  private boolean stopped;
  private boolean requested;

  // Sink
  private final BarrierAligner aligner;
  private final TreeSet<Integer> blocked = new TreeSet<>();
  private final TreeSet<Integer> ended = new TreeSet<>();
  private List<String> open = new ArrayList<>();
  private final TreeMap<Long, String> pending = new TreeMap<>();

  ModelTask(TaskDeployment deployment, ModelTaskManager home, ModelCluster cluster) {
    this.deployment = deployment;
    this.attempt = deployment.attempt();
    this.home = home;
    this.cluster = cluster;
    this.source = deployment.vertex().isSource();
    this.uid = deployment.vertex().operators().get(0).uid();
    this.aligner = source ? null : new BarrierAligner(producers());
  }

  void start() {
    if (state != TaskState.DEPLOYING) {
      return;
    }
    StateHandles restored = deployment.restore().getOrDefault(uid, StateHandles.EMPTY);
    if (source) {
      restored.splits().stream()
          .map(SplitState::split)
          .forEach(blob -> offsets.put(text(blob), blob.version()));
    } else {
      TreeSet<String> named = new TreeSet<>();
      restored.committables().forEach(blob -> named.add(text(blob)));
      named.forEach(cluster.ledger::commit);
      cluster.ledger.abortAllBut(named);
    }
    become(TaskState.RUNNING);
    if (source) {
      home.tell(new ToJobManager.ReaderOpened(attempt));
    }
    tick();
  }

  boolean isAlive() {
    return !state.isTerminal();
  }

  private void tick() {
    if (!isAlive() || !home.isRunning()) {
      return;
    }
    if (cluster.faults() && cluster.world.chance(0.0004)) {
      fail("a user function threw");
      return;
    }
    if (source) {
      read();
    } else {
      consume();
    }
    cluster.world.within(10, this::tick);
  }

  void fail(String why) {
    state = TaskState.FAILED;
    home.tell(
        new ToJobManager.TaskStateChanged(attempt, state, Optional.of(new TaskFailure(why, ""))));
  }

  void become(TaskState next) {
    state = next;
    home.tell(new ToJobManager.TaskStateChanged(attempt, next, Optional.empty()));
  }

  void handle(ToTaskManager message) {
    if (message instanceof ToTaskManager.Cancel) {
      become(TaskState.CANCELED);
    } else if (message instanceof ToTaskManager.Finish) {
      become(TaskState.FINISHED);
    } else if (message instanceof ToTaskManager.TriggerCheckpoint trigger) {
      injectBarrier(trigger.checkpoint());
    } else if (message instanceof ToTaskManager.CheckpointCompleted completed) {
      commit(completed.checkpoint());
    } else if (message instanceof ToTaskManager.CheckpointAborted aborted) {
      if (!source) {
        blocked.removeAll(aligner.onAbort(aborted.checkpoint()).resume());
      }
    } else if (message instanceof ToTaskManager.AssignSplits assign) {
      assign.splits().forEach(blob -> offsets.putIfAbsent(text(blob), 0));
      requested = false;
      home.tell(new ToJobManager.SplitsReceived(attempt, assign.sequence()));
    } else if (message instanceof ToTaskManager.NoMoreSplits none) {
      noMoreSplits = true;
      home.tell(new ToJobManager.SplitsReceived(attempt, none.sequence()));
    } else if (message instanceof ToTaskManager.StopSource) {
      stopped = true;
    }
  }

  // ---- source

  private void read() {
    if (state == TaskState.END_OF_DATA) {
      return;
    }
    for (Map.Entry<String, Integer> split : offsets.entrySet()) {
      if (!stopped && split.getValue() < ModelCluster.RECORDS_PER_SPLIT) {
        int sinks = deployment.outputs().get(0).consumerParallelism();
        int target = Math.floorMod(split.getKey().hashCode(), sinks);
        channel(target).add(split.getKey() + ":" + split.getValue());
        split.setValue(split.getValue() + 1);
        return;
      }
    }
    if (stopped || noMoreSplits) {
      toAll(END);
      become(TaskState.END_OF_DATA);
    } else if (!requested) {
      requested = true;
      home.tell(new ToJobManager.SplitRequested(attempt));
    }
  }

  private void injectBarrier(CheckpointId id) {
    List<SplitState> splits = new ArrayList<>();
    offsets.forEach(
        (split, offset) -> splits.add(new SplitState(blob(offset, split), Long.MIN_VALUE)));
    ack(id, new StateHandles(List.of(), List.of(), splits, List.of()));
    toAll(new Barrier(id));
  }

  private void toAll(Object event) {
    for (int i = 0; i < deployment.outputs().get(0).consumerParallelism(); i++) {
      channel(i).add(event);
    }
  }

  private Deque<Object> channel(int sink) {
    return cluster.channel(attempt, attempt.subtask().index(), sink);
  }

  // ---- sink

  private void consume() {
    int first = cluster.world.random.nextInt(producers());
    for (int i = 0; i < producers(); i++) {
      int producer = (first + i) % producers();
      Deque<Object> channel = cluster.channel(attempt, producer, attempt.subtask().index());
      for (int n = cluster.world.random.nextInt(6);
          n > 0 && !channel.isEmpty() && !blocked.contains(producer);
          n--) {
        take(producer, channel.poll());
      }
    }
  }

  private void take(int producer, Object next) {
    if (next == END) {
      ended.add(producer);
      if (ended.size() == producers()) {
        become(TaskState.END_OF_DATA);
      }
    } else if (next instanceof Barrier barrier) {
      AlignmentResult result = aligner.onBarrier(producer, barrier.id());
      blocked.addAll(result.block());
      result.completed().ifPresent(this::prepare);
      blocked.removeAll(result.resume());
    } else {
      open.add((String) next);
    }
  }

  private void prepare(CheckpointId id) {
    if (cluster.faults() && cluster.world.chance(0.02)) {
      home.tell(new ToJobManager.DeclineCheckpoint(attempt, id, "the broker is slow"));
      return;
    }
    String transaction = attempt + "/" + id;
    cluster.ledger.prepare(transaction, open);
    open = new ArrayList<>();
    pending.put(id.value(), transaction);
    List<Blob> committables = new ArrayList<>();
    pending.values().forEach(name -> committables.add(blob(1, name)));
    ack(id, new StateHandles(List.of(), List.of(), List.of(), committables));
  }

  private void commit(CheckpointId upTo) {
    Map<Long, String> due = pending.headMap(upTo.value(), true); // CC7
    due.values().forEach(cluster.ledger::commit);
    due.clear();
  }

  private int producers() {
    return deployment.inputs().get(0).producerParallelism();
  }

  private void ack(CheckpointId id, StateHandles handles) {
    cluster.acked(attempt, id);
    home.tell(
        new ToJobManager.AckCheckpoint(attempt, id, Map.of(uid, handles), CheckpointTimings.NONE));
  }

  static Blob blob(int version, String text) {
    return new Blob(version, text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(Blob blob) {
    return new String(blob.bytes(), StandardCharsets.UTF_8);
  }

  static Deque<Object> newChannel() {
    return new ArrayDeque<>();
  }
}
