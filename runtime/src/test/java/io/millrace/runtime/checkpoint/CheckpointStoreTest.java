package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.FileSection;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckpointStoreTest {
  private static final JobId JOB = JobId.of(7);
  private static final String ROOT = JOB.value();

  private final InMemoryFileStore files = new InMemoryFileStore();
  private final CheckpointStore store = new CheckpointStore(files, "test");
  private final CheckpointMetadata metadata = CheckpointMetadataCodecTest.sample();
  private final RetainedCheckpoint seven = metadata.retained();

  @Test
  void recoversWhatWasWritten() throws IOException {
    store.writeCounters(JOB, 8, 3);
    store.writeMetadata(metadata);
    assertThat(store.writePointer(JOB, List.of(seven))).isInstanceOf(PointerOutcome.Written.class);
    RecoveredCheckpoints recovered = store.recover(JOB);
    assertThat(recovered.nextCheckpoint()).isEqualTo(8);
    assertThat(recovered.nextExecution()).isEqualTo(3);
    assertThat(recovered.retained()).containsExactly(seven);
    assertThat(recovered.latest().orElseThrow().id()).isEqualTo(new CheckpointId(7));
  }

  @Test
  void aJobThatHasNeverRunStartsWithTheFirstNumbers() throws IOException {
    RecoveredCheckpoints recovered = store.recover(JOB);
    assertThat(recovered.nextCheckpoint()).isEqualTo(1);
    assertThat(recovered.nextExecution()).isZero();
    assertThat(recovered.latest()).isEmpty();
  }

  @Test
  void ha4AnUnreadableLatestCheckpointIsAnErrorAndNotAReasonToTakeAnOlderOne() throws IOException {
    RetainedCheckpoint six = new RetainedCheckpoint(new CheckpointId(6), ROOT + "/chk-6", false);
    store.writeCounters(JOB, 8, 3);
    store.writeMetadata(metadata);
    store.writePointer(JOB, List.of(six, seven));
    String file = CheckpointPaths.metadata(seven.directory());
    files.files.put(file, Arrays.copyOf(files.files.get(file), 40));
    assertThatThrownBy(() -> store.recover(JOB))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(file)
        .hasMessageContaining("checkpoint 6, the next older one: millrace run --from " + ROOT);
    files.files.remove(file);
    assertThatThrownBy(() -> store.recover(JOB))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(seven.directory());
  }

  @Test
  void ha4ADamagedPointerOrCounterIsAnError() throws IOException {
    store.writeCounters(JOB, 8, 3);
    store.writeMetadata(metadata);
    store.writePointer(JOB, List.of(seven));
    byte[] counters = files.files.remove(CheckpointPaths.counters(JOB));
    assertThatThrownBy(() -> store.recover(JOB)).hasMessageContaining("counter file");
    files.files.put(CheckpointPaths.counters(JOB), new byte[counters.length]);
    assertThatThrownBy(() -> store.recover(JOB)).isInstanceOf(CorruptDataException.class);
    files.files.put(CheckpointPaths.pointer(JOB), new byte[3]);
    assertThatThrownBy(() -> store.recover(JOB))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("latest");
  }

  @Test
  void ha4EveryTruncatedOrFlippedFileOfRecoveryIsRefusedByName() throws IOException {
    store.writeCounters(JOB, 8, 3);
    store.writeMetadata(metadata);
    store.writePointer(JOB, List.of(seven));
    for (String file : List.copyOf(files.files.keySet())) {
      byte[] whole = files.files.get(file);
      for (int i = 0; i < whole.length; i++) {
        byte[] flipped = whole.clone();
        flipped[i] ^= (byte) (1 << i % 8);
        for (byte[] damaged : List.of(Arrays.copyOf(whole, i), flipped)) {
          files.files.put(file, damaged);
          assertThatThrownBy(() -> store.recover(JOB))
              .as("%s at %d", file, i)
              .isInstanceOf(CorruptDataException.class)
              .hasMessageContaining(file);
        }
      }
      files.files.put(file, whole);
    }
    assertThat(store.recover(JOB).latest()).isPresent();
  }

  @Test
  void ha4WholeFilesOfAnotherJobOrCheckpointAreRefusedByName() throws IOException {
    JobId other = JobId.of(8);
    RetainedCheckpoint five =
        new RetainedCheckpoint(new CheckpointId(5), other.value() + "/chk-5", false);
    store.writeMetadata(
        new CheckpointMetadata(other, five.id(), false, five.directory(), 0, 0, List.of()));
    store.writePointer(other, List.of(five));
    store.writeCounters(other, 6, 1);
    store.writeCounters(JOB, 8, 3);
    store.writeMetadata(metadata);
    store.writePointer(JOB, List.of(seven));
    String mine = CheckpointPaths.metadata(seven.directory());

    swap(mine, CheckpointPaths.metadata(five.directory()), mine);
    swap(CheckpointPaths.counters(JOB), CheckpointPaths.counters(other), "counters");
    swap(
        CheckpointPaths.pointer(JOB),
        CheckpointPaths.pointer(other),
        CheckpointPaths.metadata(five.directory()));
    // The same job's, of another checkpoint.
    store.writeMetadata(
        new CheckpointMetadata(JOB, new CheckpointId(6), false, ROOT + "/chk-6", 0, 0, List.of()));
    swap(mine, ROOT + "/chk-6/_metadata", mine);
  }

  private void swap(String file, String foreign, String named) {
    byte[] own = files.files.put(file, files.files.get(foreign));
    assertThatThrownBy(() -> store.recover(JOB))
        .as(file)
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(named);
    files.files.put(file, own);
  }

  @Test
  void aCopiedCheckpointReadsItsOwnFiles() throws IOException {
    StateHandles handles =
        new StateHandles(
            List.of(),
            List.of(
                new FileSection(ROOT + "/chk-7/operator-0", 0, 12, -1),
                new FileSection("shared/operator-0", 0, 12, -1)),
            List.of(),
            List.of());
    OperatorState operator =
        new OperatorState("count", true, "count", 16, List.of(handles), Optional.empty());
    store.writeMetadata(
        new CheckpointMetadata(JOB, seven.id(), false, seven.directory(), 0, 0, List.of(operator)));
    byte[] bytes = files.files.get(CheckpointPaths.metadata(seven.directory()));
    files.files.put("/backup/copy/_metadata", bytes);

    CheckpointMetadata copy = store.readMetadata("/backup/copy");

    assertThat(copy.directory()).isEqualTo("/backup/copy");
    assertThat(copy.operators().get(0).subtasks().get(0).operator())
        .extracting(FileSection::path)
        .containsExactly("/backup/copy/operator-0", "shared/operator-0");
  }

  @Test
  void cc3APointerThatWasNotRenamedHasFailedOneThatMayBeIsUnknown() {
    files.failOn(call -> call.startsWith("create"));
    assertThat(store.writePointer(JOB, List.of(seven))).isInstanceOf(PointerOutcome.Failed.class);
    files.failOn(call -> call.startsWith("commit"));
    assertThat(store.writePointer(JOB, List.of(seven))).isInstanceOf(PointerOutcome.Unknown.class);
  }

  @Test
  void ha2DeletionMarksFirstAndGoesOnAfterACrash() throws IOException {
    store.writeMetadata(metadata);
    files.files.put(seven.directory() + "/keyed-0", new byte[9]);
    files.failOn(call -> call.startsWith("delete"));
    assertThatThrownBy(() -> store.delete(seven)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> store.readMetadata(seven.directory())).hasMessageContaining("deleted");
    files.failOn(call -> false);
    store.finishDeletions(JOB);
    assertThat(files.files).isEmpty();
    store.delete(seven); // again: nothing is there
  }

  @Test
  void ha2ACrashInADeletionLeavesTheMarkAsLongAsAnythingElse() throws IOException {
    String mark = seven.directory() + "/" + CheckpointStore.DELETING;
    for (int deleted = 0; deleted < 3; deleted++) {
      store.writeMetadata(metadata);
      files.files.put(seven.directory() + "/keyed-0", new byte[9]);
      int[] left = {deleted};
      files.failOn(call -> call.startsWith("delete") && left[0]-- == 0);
      assertThatThrownBy(() -> store.delete(seven)).isInstanceOf(IOException.class);
      assertThat(files.files).as("after " + deleted).containsKey(mark);
      files.failOn(call -> false);
      store.finishDeletions(JOB);
      assertThat(files.files).isEmpty();
    }
  }

  @Test
  void cc11TheSweepLeavesNothingButSavepointsAndWhatIsToBeKept() throws IOException {
    store.writeCounters(JOB, 8, 3);
    store.writeMetadata(metadata);
    store.writePointer(JOB, List.of(seven));
    files.files.put(ROOT + "/chk-6/orphan", new byte[1]);
    files.files.put(ROOT + "/savepoint-x-3/_metadata", new byte[1]);
    files.files.put(ROOT + "/savepoint-x-3/keyed", new byte[1]);
    files.files.put(ROOT + "/savepoint-x-4/keyed", new byte[1]);
    files.files.put("other/chk-1/keyed", new byte[1]);

    store.sweep(JOB, List.of(seven));
    assertThat(files.files.keySet())
        .containsExactlyInAnyOrder(
            ROOT + "/counters",
            ROOT + "/latest",
            ROOT + "/chk-7/_metadata",
            ROOT + "/savepoint-x-3/_metadata",
            ROOT + "/savepoint-x-3/keyed",
            "other/chk-1/keyed");
    store.sweep(JOB, List.of());
    assertThat(files.files.keySet())
        .containsExactlyInAnyOrder(
            ROOT + "/savepoint-x-3/_metadata", ROOT + "/savepoint-x-3/keyed", "other/chk-1/keyed");
  }

  @Test
  void discardsOnlyFilesOfTheJobsCheckpoints() throws IOException {
    files.files.put(ROOT + "/chk-3/a", new byte[1]);
    files.files.put("backup/savepoint-" + JOB + "-4/a", new byte[1]);
    store.discard(JOB, List.of(ROOT + "/chk-3/a", "backup/savepoint-" + JOB + "-4/a"));
    assertThat(files.files).isEmpty();
    for (String path : List.of("other/chk-1/a", ROOT + "/latest", ROOT + "/chk-1/../latest")) {
      assertThatThrownBy(() -> store.discard(JOB, List.of(path)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
