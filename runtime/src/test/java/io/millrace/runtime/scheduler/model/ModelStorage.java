package io.millrace.runtime.scheduler.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.scheduler.JobCounters;
import io.millrace.runtime.scheduler.JobEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Durable files of one job, written one after another, that at times fail or lie. */
final class ModelStorage {
  JobCounters counters = JobCounters.INITIAL;
  List<RetainedCheckpoint> pointer = List.of();
  final TreeMap<String, CheckpointMetadata> metadata = new TreeMap<>();
  private final ModelCluster cluster;
  private final World.Link queue;
  private final Deque<Runnable> underWay = new ArrayDeque<>();

  /** Whoever leads. */
  private Consumer<JobEvent> tell;

  ModelStorage(ModelCluster cluster, Consumer<JobEvent> tell) {
    this.cluster = cluster;
    this.queue = cluster.world.new Link();
    this.tell = tell;
  }

  /**
   * The process has died: of what was under way a part is done, the rest never will be. (A dead
   * process writes no more; a leader that is only thought dead needs fencing by the store.)
   */
  void reattach(Consumer<JobEvent> newTell) {
    tell = event -> {};
    for (int done = cluster.world.random.nextInt(underWay.size() + 1); done > 0; done--) {
      underWay.remove().run();
    }
    underWay.clear();
    queue.breakDown();
    tell = newTell;
  }

  void storeCounters(JobCounters wanted) {
    submit(
        answer -> {
          if (fails()) {
            answer.accept(new JobEvent.CountersFailed(wanted, "disk full"));
          } else {
            counters =
                new JobCounters(
                    Math.max(counters.nextCheckpoint(), wanted.nextCheckpoint()),
                    Math.max(counters.nextExecution(), wanted.nextExecution()));
            answer.accept(new JobEvent.CountersStored(wanted));
          }
        });
  }

  void writeMetadata(CheckpointMetadata written) {
    submit(
        answer -> {
          if (fails()) {
            answer.accept(new JobEvent.MetadataFailed(written.id(), "disk full"));
          } else {
            metadata.put(written.directory(), written);
            answer.accept(new JobEvent.MetadataWritten(written.id()));
          }
        });
  }

  void writePointer(CheckpointId id, List<RetainedCheckpoint> retained) {
    submit(
        answer -> {
          if (fails()) {
            answer.accept(new JobEvent.PointerFailed(id, "disk full"));
            return;
          }
          boolean unknown = fails();
          if (!unknown || cluster.world.chance(0.5)) {
            pointer = retained;
            retained.forEach(
                checkpoint -> assertThat(metadata).containsKey(checkpoint.directory()));
          }
          answer.accept(
              unknown
                  ? new JobEvent.PointerUnknown(id, "timed out")
                  : new JobEvent.PointerWritten(id));
        });
  }

  void delete(RetainedCheckpoint checkpoint) {
    submit(
        answer -> {
          assertThat(pointer).as("the pointer names what is deleted").doesNotContain(checkpoint);
          metadata.remove(checkpoint.directory());
        });
  }

  private void submit(Consumer<Consumer<JobEvent>> operation) {
    Runnable run =
        () -> {
          Consumer<JobEvent> submitter = tell;
          operation.accept(event -> cluster.world.within(5, () -> submitter.accept(event)));
        };
    underWay.add(run);
    queue.send(10, () -> underWay.remove().run());
  }

  private boolean fails() {
    return cluster.faults() && cluster.world.chance(0.03);
  }
}
