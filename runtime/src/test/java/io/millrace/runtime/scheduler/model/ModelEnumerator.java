package io.millrace.runtime.scheduler.model;

import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.scheduler.JobEvent;
import io.millrace.runtime.scheduler.JobEvent.FromEnumerator;
import io.millrace.runtime.state.StateHandles.Blob;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Hands out splits one by one as readers ask, from a thread of its own. */
final class ModelEnumerator {
  private final World world;
  private final int vertex;
  private final int execution;
  private final World.Link in;
  private final World.Link out;
  private final Consumer<FromEnumerator> tell;
  private final TreeSet<String> unassigned = new TreeSet<>();

  ModelEnumerator(
      World world, int vertex, int execution, Optional<Blob> state, Consumer<FromEnumerator> tell) {
    this.world = world;
    this.vertex = vertex;
    this.execution = execution;
    this.in = world.new Link();
    this.out = world.new Link();
    this.tell = tell;
    if (state.isPresent()) {
      unassigned.addAll(splits(state.get()));
    } else {
      unassigned.addAll(ModelCluster.SPLITS);
    }
  }

  void onRequest(int subtask) {
    in.send(
        5,
        () -> {
          String next = unassigned.pollFirst();
          emit(
              next == null
                  ? new JobEvent.EnumeratorNoMoreSplits(vertex, execution, subtask)
                  : new JobEvent.EnumeratorAssigned(
                      vertex, execution, subtask, List.of(ModelTask.blob(0, next))));
        });
  }

  void onSnapshot(CheckpointId checkpoint) {
    in.send(
        5,
        () ->
            emit(
                new JobEvent.EnumeratorSnapshot(
                    vertex,
                    execution,
                    checkpoint,
                    ModelTask.blob(1, String.join(",", unassigned)))));
  }

  void fail() {
    emit(
        new JobEvent.EnumeratorFailed(
            vertex, execution, new TaskFailure("the enumerator threw", "")));
  }

  static List<String> splits(Blob state) {
    String text = ModelTask.text(state);
    return text.isEmpty() ? List.of() : List.of(text.split(","));
  }

  private void emit(FromEnumerator event) {
    // At times so late that the next execution runs already.
    out.send(world.chance(0.03) ? 300 : 10, () -> tell.accept(event));
  }
}
