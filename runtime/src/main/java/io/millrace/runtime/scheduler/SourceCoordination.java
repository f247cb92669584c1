package io.millrace.runtime.scheduler;

import io.millrace.runtime.checkpoint.CheckpointMetadata.EnumeratorState;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.StateHandles.Blob;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Between the enumerators and the readers of one execution: a {@link SplitTracker} for each source.
 * Owned by the job's thread.
 */
final class SourceCoordination {
  private final int execution;
  private final Map<Integer, SplitTracker> trackers = new TreeMap<>();
  private final BiConsumer<AttemptId, ToTaskManager> send;
  private final Consumer<JobAction> act;
  private final DeploymentPlanner plan;

  /**
   * @param send to where the attempt runs
   */
  SourceCoordination(
      int execution,
      DeploymentPlanner plan,
      BiConsumer<AttemptId, ToTaskManager> send,
      Consumer<JobAction> act) {
    this.execution = execution;
    this.plan = plan;
    this.send = send;
    this.act = act;
  }

  /** Makes the enumerators, from their snapshots if there are any. */
  void open(StateAssignment state) {
    for (JobVertex vertex : plan.vertices()) {
      if (!vertex.isSource()) {
        continue;
      }
      List<AttemptId> readers = new ArrayList<>();
      for (int i = 0; i < vertex.parallelism(); i++) {
        readers.add(plan.attempt(vertex.index(), i));
      }
      trackers.put(vertex.index(), new SplitTracker(readers, state.withoutMoreSplits(vertex)));
      act.accept(
          new JobAction.RestoreEnumerator(
              vertex.index(),
              execution,
              state.enumerator(vertex).map(EnumeratorState::state),
              vertex.parallelism()));
    }
  }

  void close() {
    trackers.keySet().forEach(v -> act.accept(new JobAction.CloseEnumerator(v, execution)));
    trackers.clear();
  }

  Set<Integer> vertices() {
    return trackers.keySet();
  }

  Optional<SplitTracker> tracker(int vertex) {
    return Optional.ofNullable(trackers.get(vertex));
  }

  void onReaderOpened(AttemptId reader) {
    withTracker(
        reader,
        tracker -> {
          tracker.onReaderOpened(reader.subtask().index()).forEach(this::sendToReader);
          act.accept(
              new JobAction.AddReader(
                  reader.subtask().vertex(), execution, reader.subtask().index()));
        });
  }

  void onSplitRequested(AttemptId reader) {
    withTracker(
        reader,
        tracker ->
            act.accept(
                new JobAction.RequestSplit(
                    reader.subtask().vertex(), execution, reader.subtask().index())));
  }

  void onReceived(AttemptId reader, long sequence) {
    withTracker(reader, tracker -> tracker.onReceived(reader.subtask().index(), sequence));
  }

  /**
   * The enumerator has something for a reader.
   *
   * @return what is wrong with it, if it names a reader that isn't there
   */
  Optional<String> onEnumerator(JobEvent.FromEnumerator event) {
    SplitTracker tracker = trackers.get(event.vertex());
    if (event instanceof JobEvent.EnumeratorAssigned assigned) {
      if (isUnknown(tracker, assigned.subtask())) {
        return Optional.of(unknown("assigned splits to", assigned.subtask(), tracker));
      }
      tracker.onAssigned(assigned.subtask(), assigned.splits()).forEach(this::sendToReader);
    } else if (event instanceof JobEvent.EnumeratorNoMoreSplits none) {
      if (isUnknown(tracker, none.subtask())) {
        return Optional.of(unknown("signalled no more splits to", none.subtask(), tracker));
      }
      tracker.onNoMoreSplits(none.subtask()).forEach(this::sendToReader);
    }
    return Optional.empty();
  }

  void snapshotEnumerators(CheckpointId checkpoint) {
    trackers
        .keySet()
        .forEach(v -> act.accept(new JobAction.SnapshotEnumerator(v, execution, checkpoint)));
  }

  /** A snapshot that is still wanted has come: its enumerator's messages are held from now on. */
  EnumeratorState onSnapshot(int vertex, CheckpointId checkpoint, Blob state) {
    return new EnumeratorState(state, trackers.get(vertex).onSnapshot(checkpoint));
  }

  boolean allReceived() {
    return trackers.values().stream().allMatch(SplitTracker::allReceived);
  }

  /** Barriers are injected, or never will be (invariant S2). */
  void release() {
    trackers.values().forEach(tracker -> tracker.release().forEach(this::sendToReader));
  }

  void onCompleted(CheckpointId checkpoint) {
    trackers.forEach(
        (vertex, tracker) -> {
          tracker.onCompleted(checkpoint);
          act.accept(new JobAction.NotifyEnumerator(vertex, execution, checkpoint));
        });
  }

  private void sendToReader(ToTaskManager message) {
    if (message instanceof ToTaskManager.AssignSplits assign) {
      send.accept(assign.attempt(), assign);
    } else if (message instanceof ToTaskManager.NoMoreSplits none) {
      send.accept(none.attempt(), none);
    } else {
      throw new IllegalStateException("Not a message to a reader: " + message);
    }
  }

  private void withTracker(AttemptId reader, Consumer<SplitTracker> action) {
    tracker(reader.subtask().vertex()).ifPresent(action);
  }

  private static boolean isUnknown(SplitTracker tracker, int subtask) {
    return subtask < 0 || subtask >= tracker.parallelism();
  }

  private static String unknown(String what, int subtask, SplitTracker tracker) {
    return "The split enumerator "
        + what
        + " reader "
        + subtask
        + ", but the readers are 0 to "
        + (tracker.parallelism() - 1);
  }
}
