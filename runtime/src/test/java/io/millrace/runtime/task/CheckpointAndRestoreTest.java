package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.state.StateBackend;
import io.millrace.core.storage.LocalFileStore;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.rpc.ToJobManager.AckCheckpoint;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.KeyedSection;
import io.millrace.runtime.state.rocksdb.RocksDbEnvironment;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointAndRestoreTest {
  private static final long RECORDS = 400_000;
  private static final long KEYS = 5_000;

  @TempDir Path directory;

  @Test
  void aJobWithoutFailureGivesTheReferenceResult() throws Exception {
    long one = KeyedCountBenchmark.run(RECORDS, KEYS, 1, 1);
    assertThat(KeyedCountBenchmark.EMITTED.sum()).isEqualTo(RECORDS);
    assertThat(KeyedCountBenchmark.run(RECORDS, KEYS, 3, 2)).isEqualTo(one);
  }

  /** What was emitted before the checkpoint plus what the restored job emits is all, each once. */
  @ParameterizedTest
  @CsvSource({
    "2, 2, HEAP, HEAP",
    "1, 3, HEAP, HEAP",
    "3, 2, HEAP, HEAP",
    "2, 3, ROCKSDB, ROCKSDB",
    "1, 3, HEAP, ROCKSDB",
    "3, 2, ROCKSDB, HEAP"
  })
  void aJobGoesOnFromACheckpointAtAnotherParallelismAndBackend(
      int before, int after, StateBackend backendBefore, StateBackend backendAfter)
      throws Exception {
    Path databases = directory.resolve("state");
    // A part of the keys fits into the caches.
    RocksDbEnvironment backends =
        new RocksDbEnvironment(
            databases, new RocksDbSettings(64 << 10, 8 << 20, 4 << 20, 500, 16, 4 << 10, true));
    LocalFileStore store = new LocalFileStore(directory);
    CheckpointId checkpoint = new CheckpointId(1);
    Map<AttemptId, AckCheckpoint> acks;
    KeyedCountBenchmark.reset();
    try (LocalJob job =
        new LocalJob(
            KeyedCountBenchmark.graph(RECORDS / 2, KEYS, before),
            store,
            2,
            backendBefore,
            backends)) {
      start(job, RECORDS / 2, before);
      job.awaitAll(TaskState.END_OF_DATA);
      for (AttemptId source : sources(job)) {
        job.tell(new ToTaskManager.TriggerCheckpoint(source, checkpoint, false, "job/chk-1"));
      }
      acks = job.awaitAcks(checkpoint);
      job.attempts().forEach(a -> job.tell(new ToTaskManager.CheckpointCompleted(a, checkpoint)));
      job.attempts().forEach(a -> job.tell(new ToTaskManager.Finish(a)));
      job.awaitAll(TaskState.FINISHED);
    }
    if (backendBefore == StateBackend.ROCKSDB) {
      // The last cut is closed by the thread that wrote it, after the acknowledgement.
      Awaitility.await().untilAsserted(() -> assertThat(databases).isEmptyDirectory());
    }
    List<KeyedSection> keyed = new ArrayList<>();
    acks.forEach(
        (attempt, ack) -> {
          StateHandles handles = ack.state().get("sum");
          if (handles != null) {
            keyed.addAll(handles.keyed());
          }
        });
    assertThat(keyed).hasSize(before);
    assertThat(keyed.stream().mapToLong(CheckpointAndRestoreTest::bytes).sum()).isPositive();

    Map<AttemptId, Map<String, StateHandles>> restore = new HashMap<>();
    StateHandles all = new StateHandles(keyed, List.of(), List.of(), List.of());
    for (int i = 0; i < after; i++) {
      restore.put(new AttemptId(new SubtaskId(LocalJob.JOB, 1, i), 1), Map.of("sum", all));
    }
    // The second half: the generator goes on where the first job's input ended.
    try (LocalJob job =
        new LocalJob(
            KeyedCountBenchmark.graph(RECORDS, KEYS, after), store, 2, backendAfter, backends)) {
      job.deploy(1, restore);
      job.awaitAll(TaskState.RUNNING);
      assign(job, RECORDS, RECORDS / 2, after);
      job.awaitAll(TaskState.END_OF_DATA);
      job.attempts().forEach(a -> job.tell(new ToTaskManager.Cancel(a)));
      job.awaitAll(TaskState.CANCELED);
    }
    backends.close();
    assertThat(databases)
        .satisfiesAnyOf(
            none -> assertThat(none).doesNotExist(), empty -> assertThat(empty).isEmptyDirectory());
    long expected = KeyedCountBenchmark.CHECKSUM.sum();
    assertThat(KeyedCountBenchmark.EMITTED.sum()).isEqualTo(RECORDS);
    assertThat(expected).isEqualTo(KeyedCountBenchmark.run(RECORDS, KEYS, 1, 1));
  }

  /** A cut that was taken before the failure would keep its database open for good. */
  @Test
  void aSnapshotThatFailsHalfwayLeavesNoDatabaseOpen() throws Exception {
    Path databases = directory.resolve("state");
    RocksDbEnvironment backends =
        new RocksDbEnvironment(
            databases, new RocksDbSettings(64 << 10, 8 << 20, 4 << 20, 500, 16, 4 << 10, true));
    KeyedCountBenchmark.reset();
    KeyedCountBenchmark.snapshotsFail = true;
    try (LocalJob job =
        new LocalJob(
            KeyedCountBenchmark.graph(1_000, KEYS, 1),
            new LocalFileStore(directory),
            2,
            StateBackend.ROCKSDB,
            backends)) {
      start(job, 1_000, 1);
      job.awaitAll(TaskState.END_OF_DATA);
      for (AttemptId source : sources(job)) {
        job.tell(
            new ToTaskManager.TriggerCheckpoint(source, new CheckpointId(1), false, "job/chk-1"));
      }
      assertThatThrownBy(() -> job.awaitAcks(new CheckpointId(1)))
          .hasMessageContaining("no snapshot 1");
    } finally {
      KeyedCountBenchmark.reset();
    }
    assertThat(databases).isEmptyDirectory();
    backends.close();
  }

  @Test
  void aCheckpointWhileRecordsFlowIsACutThroughAllSubtasks() throws Exception {
    LocalFileStore store = new LocalFileStore(directory);
    long records = 3_000_000;
    KeyedCountBenchmark.reset();
    try (LocalJob job = new LocalJob(KeyedCountBenchmark.graph(records, KEYS, 2), store, 2)) {
      start(job, records, 2);
      for (int i = 1; i <= 5; i++) {
        CheckpointId checkpoint = new CheckpointId(i);
        for (AttemptId source : sources(job)) {
          job.tell(new ToTaskManager.TriggerCheckpoint(source, checkpoint, false, "job/chk-" + i));
        }
        assertThat(job.awaitAcks(checkpoint)).hasSize(4);
      }
      job.awaitAll(TaskState.END_OF_DATA);
    }
    assertThat(KeyedCountBenchmark.EMITTED.sum()).isEqualTo(records);
    long checksum = KeyedCountBenchmark.CHECKSUM.sum();
    assertThat(checksum).isEqualTo(KeyedCountBenchmark.run(records, KEYS, 2, 2));
  }

  private static long bytes(KeyedSection section) {
    return new StateHandles(List.of(section), List.of(), List.of(), List.of()).sizeInBytes();
  }

  private static List<AttemptId> sources(LocalJob job) {
    return job.attempts().stream().filter(a -> a.subtask().vertex() == 0).toList();
  }

  private static void start(LocalJob job, long records, int parallelism) throws Exception {
    job.deploy(0, Map.of());
    job.awaitAll(TaskState.RUNNING);
    assign(job, records, 0, parallelism);
  }

  private static void assign(LocalJob job, long records, long first, int parallelism)
      throws Exception {
    KeyValueSource source = new KeyValueSource(records, KEYS);
    for (AttemptId attempt : sources(job)) {
      byte[] split =
          source
              .splitSerializer()
              .serialize(new KeyValueSource.Stride(first + attempt.subtask().index(), parallelism));
      job.assign(attempt, List.of(new Blob(1, split)));
    }
  }
}
