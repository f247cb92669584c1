package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.storage.LocalFileStore;
import io.millrace.runtime.exchange.LocalChannels;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskDeployment;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.AckCheckpoint;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.SplitState;
import io.millrace.runtime.state.heap.KeyedBackends;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * S2: what an enumerator says after its snapshot reaches the reader behind the trigger, and is no
 * part of that checkpoint even if the subtask finds both in its mailbox at once.
 */
class SplitsBehindATriggerTest {
  private static final AttemptId READER = new AttemptId(new SubtaskId(JobId.of(1), 0, 0), 0);
  private static final CheckpointId FIRST = new CheckpointId(1);
  private static final CheckpointId SECOND = new CheckpointId(2);

  /** More than is read here, so that a split stays a split. */
  private static final long RECORDS = 1_000_000_000;

  @TempDir Path directory;

  private final QueuedSteps steps = new QueuedSteps();
  private final List<ToJobManager> said = new ArrayList<>();
  private TaskRunner runner;

  @BeforeEach
  void deployReader() {
    RemoteChannels none = null;
    runner =
        new TaskRunner(
            new SubtaskServices(
                steps,
                Runnable::run,
                (time, callback) -> {},
                () -> 0,
                () -> 0,
                new LocalFileStore(directory),
                KeyedBackends.onHeap(),
                said::add),
            TaskTuning.FULL,
            new TaskManagerId("tm"),
            new LocalChannels(),
            none);
    JobVertex source = KeyedCountBenchmark.graph(RECORDS, 1, 1).vertices().get(0);
    runner.deploy(
        new TaskDeployment(
            READER,
            "splits",
            source,
            List.of(),
            List.of(),
            CheckpointSettings.DISABLED,
            List.of(),
            Map.of(),
            Optional.empty()),
        getClass().getClassLoader());
    run();
  }

  @Test
  void splitsSentBehindATriggerBelongToTheNextCheckpoint() {
    trigger(FIRST);
    assign();
    run();
    assertThat(splitsOf(FIRST)).isEmpty();

    trigger(SECOND);
    run();
    assertThat(splitsOf(SECOND)).hasSize(1);
  }

  @Test
  void aDoubledTriggerHoldsThemAsWell() {
    trigger(FIRST);
    assign();
    trigger(FIRST);
    run();
    assertThat(splitsOf(FIRST)).isEmpty();
  }

  @Test
  void splitsAreTakenAtOnceIfTheCheckpointIsGivenUp() {
    trigger(FIRST);
    assign();
    runner.handle(new ToTaskManager.CheckpointAborted(READER, FIRST));
    trigger(SECOND);
    run();
    assertThat(splitsOf(SECOND)).hasSize(1);
  }

  @Test
  void splitsBetweenTwoTriggersArePartOfTheSecond() {
    trigger(FIRST);
    assign();
    trigger(SECOND);
    run();
    assertThat(splitsOf(SECOND)).hasSize(1);
  }

  private void trigger(CheckpointId checkpoint) {
    runner.handle(
        new ToTaskManager.TriggerCheckpoint(
            READER, checkpoint, false, "job/chk-" + checkpoint.value()));
  }

  private void assign() {
    KeyValueSource source = new KeyValueSource(RECORDS, 1);
    try {
      Blob split = new Blob(1, source.splitSerializer().serialize(new KeyValueSource.Stride(7, 1)));
      runner.handle(new ToTaskManager.AssignSplits(READER, 1, List.of(split)));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void run() {
    for (int i = 0; i < 5 && !steps.runnable.isEmpty(); i++) {
      steps.runnable.remove().run();
    }
  }

  private List<SplitState> splitsOf(CheckpointId checkpoint) {
    return said.stream()
        .filter(message -> message instanceof AckCheckpoint)
        .map(message -> (AckCheckpoint) message)
        .filter(ack -> ack.checkpoint().equals(checkpoint))
        .map(ack -> ack.state().getOrDefault("source", StateHandles.EMPTY).splits())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no acknowledgement in " + said));
  }
}
