package io.millrace.runtime.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.config.Configuration;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.storage.FileStores;
import io.millrace.core.storage.MountedFileStore;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.checkpoint.RestoreException;
import io.millrace.runtime.checkpoint.StateAssignment;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.inspect.StatePlan.Verdict;
import io.millrace.runtime.state.HandleFactory;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StoreImages;
import io.millrace.runtime.state.heap.KeyedStateContext;
import io.millrace.runtime.state.heap.TableKeyedStateBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatePlannerTest {
  private static final JobGraph NOTHING =
      new JobGraph(
          "nothing",
          List.of(),
          List.of(),
          CheckpointSettings.DISABLED,
          RestartSettings.DEFAULT,
          List.of());

  @TempDir Path directory;

  /** A savepoint of an operator that has asked for state and put nothing in. */
  private StateArchive withoutEntries() throws IOException {
    ClassLoader loader = getClass().getClassLoader();
    MountedFileStore files = new MountedFileStore(directory);
    KeyedStateBackend<Long> backend =
        TableKeyedStateBackend.onHeap(
            new KeyedStateContext<>(
                "lost",
                TypeInformation.of(Long.class),
                new KeyGroupRange(0, 127),
                128,
                HandleFactory.plain(),
                () -> 0,
                loader));
    backend.getState(new ValueStateDescriptor<>("empty", Long.class));
    StateHandles handles;
    try (KeyedCut cut = backend.snapshot();
        SnapshotFileWriter writer = new SnapshotFileWriter(files, "savepoint-1/state", 128)) {
      writer.writeKeyed("lost", cut);
      handles = writer.commit().get("lost");
    }
    OperatorState operator =
        new OperatorState("lost", true, "lost", 128, List.of(handles), Optional.empty());
    new CheckpointStore(files, "test")
        .writeMetadata(
            new CheckpointMetadata(
                JobId.of(1), new CheckpointId(1), true, "savepoint-1", 0, 0, List.of(operator)));
    return StateArchive.open(
        FileStores.of(Configuration.empty()),
        directory.resolve("savepoint-1").toString(),
        StoreImages.NONE,
        "test");
  }

  @Test
  void anOperatorThatIsGoneIsNoLessGoneForHavingNoEntries() throws IOException {
    StateArchive archive = withoutEntries();

    StatePlan plan = new StatePlanner(NOTHING, getClass().getClassLoader(), archive).plan();

    assertThat(plan.rows())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.uid()).isEqualTo("lost");
              assertThat(row.verdict()).isEqualTo(Verdict.DROP);
            });
    assertThat(plan.isSafe(false)).isFalse();
    assertThat(plan.isSafe(true)).isTrue();
    // As the cluster would.
    assertThatThrownBy(() -> StateAssignment.of(NOTHING, archive.metadata(), false))
        .isInstanceOf(RestoreException.class);
  }
}
