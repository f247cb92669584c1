package io.millrace.runtime.task;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.types.BinaryWriter;
import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.CheckpointEffects;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.checkpoint.CheckpointParticipants;
import io.millrace.runtime.checkpoint.CheckpointPaths;
import io.millrace.runtime.checkpoint.CheckpointRequest;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.checkpoint.CheckpointTimings;
import io.millrace.runtime.checkpoint.InMemoryFileStore;
import io.millrace.runtime.checkpoint.PointerOutcome;
import io.millrace.runtime.checkpoint.RecoveredCheckpoints;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.checkpoint.SharedFiles;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import io.millrace.runtime.scheduler.TestGraphs;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.SectionOutput;
import io.millrace.runtime.state.SharedFilesByOperator;
import io.millrace.runtime.state.SharedUpload;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.SnapshotReader;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.SharedFile;
import io.millrace.runtime.state.StateHandles.StoreImage;
import io.millrace.runtime.state.StoreFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that checkpoints share, from the subtasks that make them to the JobManager that deletes
 * them: whatever is completed, given up, late or restored, each retained checkpoint has all of its
 * files, and in the end there is no other (invariants CC9 to CC11).
 */
class SharedFilesTest {
  private static final JobId JOB = JobId.of(9);
  private static final String UID = "orders-sink";

  @TempDir Path directory;
  private final InMemoryFileStore files = new InMemoryFileStore();
  private final JobGraph graph = TestGraphs.sourceToSink(2);
  private final List<Worker> workers = new ArrayList<>();

  /** What the JobManager does to the store, in order, later. */
  private final Queue<Runnable> storage = new ArrayDeque<>();

  /** Uploads of I/O threads; they may come long after their checkpoint was given up. */
  private final List<Runnable> uploads = new ArrayList<>();

  private CheckpointStore store = new CheckpointStore(files, "test");
  private CheckpointCoordinator coordinator;
  private Random random;
  private long nextCheckpoint = 1;
  private int execution;
  private int localFiles;
  private int completed;
  private int shared;
  private int restored;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void whatIsThereIsWhatTheRetainedCheckpointsHave(long seed) throws Exception {
    random = new Random(seed);
    coordinator = new CheckpointCoordinator(JOB, graph, new Effects());
    startExecution();
    for (int i = 0; i < 1_500; i++) {
      step();
    }
    settle();
    // One more, which collects what came late.
    coordinator.request(CheckpointRequest.PERIODIC, 0);
    settle();
    assertThat(new HashSet<>(files.list(CheckpointPaths.shared(JOB)))).isEqualTo(mentioned());
    assertThat(completed).isGreaterThan(5);
    assertThat(shared).isPositive();
    assertThat(restored).isPositive();

    store.sweep(JOB, coordinator.retained());
    assertThat(new HashSet<>(files.list(CheckpointPaths.shared(JOB)))).isEqualTo(mentioned());
    store.sweep(JOB, List.of());
    assertThat(files.list(CheckpointPaths.root(JOB)).stream().filter(f -> !f.contains("savepoint")))
        .isEmpty();
  }

  private void step() throws Exception {
    switch (random.nextInt(12)) {
      case 0, 1 -> workers.forEach(Worker::compact);
      case 2, 3 -> {
        if (coordinator.inProgress(0).isEmpty()) {
          coordinator.request(
              random.nextInt(6) == 0
                  ? CheckpointRequest.savepoint(CheckpointKind.SAVEPOINT, 1, Optional.empty())
                  : CheckpointRequest.PERIODIC,
              0);
        }
      }
      case 4, 5, 6 -> runStorage();
      case 7, 8, 9 -> {
        if (!uploads.isEmpty()) {
          uploads.remove(random.nextInt(uploads.size())).run();
        }
      }
      case 10 -> {
        if (random.nextInt(8) == 0 && nextCheckpoint > 1) {
          coordinator.onTimeout(new CheckpointId(nextCheckpoint - 1), 0);
        }
      }
      default -> {
        if (random.nextInt(10) == 0) {
          restart();
        }
      }
    }
    checkRetained();
  }

  private void runStorage() {
    Runnable action = storage.poll();
    if (action != null) {
      action.run();
    }
  }

  private void settle() throws Exception {
    while (!storage.isEmpty() || !uploads.isEmpty()) {
      runStorage();
      if (!uploads.isEmpty()) {
        uploads.remove(0).run();
      }
    }
    checkRetained();
  }

  /** A failure of the job, or of its JobManager. */
  private void restart() throws Exception {
    coordinator.stop("a failure", 0);
    while (!coordinator.isSettled() || !storage.isEmpty()) {
      runStorage();
    }
    if (random.nextBoolean()) {
      RecoveredCheckpoints found = store.recover(JOB);
      store = new CheckpointStore(files, "test");
      coordinator = new CheckpointCoordinator(JOB, graph, new Effects());
      coordinator.recover(found.retained(), found.latest());
    }
    startExecution();
  }

  private void startExecution() throws IOException {
    execution++;
    workers.clear();
    TreeSet<AttemptId> attempts = new TreeSet<>();
    for (int vertex = 0; vertex < 2; vertex++) {
      for (int i = 0; i < 2; i++) {
        AttemptId attempt = new AttemptId(new SubtaskId(JOB, vertex, i), execution);
        attempts.add(attempt);
        if (vertex == 1) {
          workers.add(new Worker(attempt));
        }
      }
    }
    if (coordinator.latest().isPresent()) {
      CheckpointMetadata latest = coordinator.latest().get();
      for (Worker worker : workers) {
        worker.restore(latest);
      }
      restored++;
    }
    coordinator.start(new CheckpointParticipants(attempts, new TreeSet<>()), 0);
  }

  /** Each retained checkpoint has what it says it has. */
  private void checkRetained() throws IOException {
    for (String path : mentioned()) {
      assertThat(files.files).containsKey(path);
    }
  }

  private Set<String> mentioned() throws IOException {
    Set<String> mentioned = new HashSet<>();
    for (RetainedCheckpoint checkpoint : coordinator.retained()) {
      for (OperatorState operator : store.readMetadata(checkpoint.directory()).operators()) {
        operator.subtasks().forEach(handles -> mentioned.addAll(handles.sharedPaths()));
      }
    }
    return mentioned;
  }

  /** A subtask with a store whose files come and go. */
  private final class Worker {
    private final AttemptId attempt;
    private final CheckpointFiles known = new CheckpointFiles();
    private final TreeMap<String, Path> live = new TreeMap<>();
    private final Path own;

    private Worker(AttemptId attempt) throws IOException {
      this.attempt = attempt;
      this.own = Files.createTempDirectory(directory, "worker");
    }

    private void restore(CheckpointMetadata from) throws IOException {
      for (OperatorState operator : from.operators()) {
        if (!operator.uid().equals(UID)) {
          continue;
        }
        StateHandles handles = operator.subtasks().get(attempt.subtask().index());
        StoreImage image = handles.keyed().get(0).image().orElseThrow();
        // Checks that each file is there and what it was.
        new SnapshotReader(files, 128).fetch(image, own);
        image.files().forEach(file -> live.put(file.name(), own.resolve(file.name())));
        known.put(from.id(), SharedFilesByOperator.of(UID, image.files()));
      }
    }

    private void compact() {
      live.keySet().removeIf(name -> random.nextInt(3) == 0);
      for (int i = random.nextInt(3); i > 0; i--) {
        String name = String.format("%06d.sst", localFiles++);
        try {
          live.put(name, Files.writeString(own.resolve(name), attempt + name));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    private void take(CheckpointId checkpoint, String path, Optional<CheckpointId> base) {
      Cut cut = new Cut(new TreeMap<>(live));
      SharedFilesByOperator sharedBase = known.base(base);
      int execution = attempt.attempt();
      uploads.add(() -> upload(checkpoint, path, cut, sharedBase, execution));
    }

    private void upload(
        CheckpointId checkpoint, String path, Cut cut, SharedFilesByOperator base, int execution) {
      SharedUpload upload =
          new SharedUpload(
              base, (uid, name) -> SharedFiles.path(path, attempt, 0, checkpoint, name));
      String file = path + "/" + attempt.subtask().index() + "-" + execution + ".state";
      try (SnapshotFileWriter writer = new SnapshotFileWriter(files, file, 128)) {
        writer.writeKeyed(UID, cut, upload);
        Map<String, StateHandles> handles = writer.commit();
        for (SharedFile one : handles.get(UID).keyed().get(0).image().orElseThrow().files()) {
          shared += one.path().contains("/" + checkpoint + "-") ? 0 : 1;
        }
        if (random.nextInt(8) == 0) {
          coordinator.onDecline(attempt, checkpoint, "the disk", 0);
          return;
        }
        known.put(checkpoint, upload.files());
        coordinator.onAck(attempt, checkpoint, handles, CheckpointTimings.NONE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A cut that is all files. */
  private record Cut(Map<String, Path> live) implements KeyedCut {
    @Override
    public KeyGroupRange keyGroups() {
      return new KeyGroupRange(0, 0);
    }

    @Override
    public CompletionStage<Void> prepared() {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void writeGroup(int group, SectionOutput out) {}

    @Override
    public <R> Optional<R> withFiles(StoreFiles.Use<R> use) throws IOException {
      List<StoreFiles.LocalFile> tables = new ArrayList<>();
      live.forEach((name, path) -> tables.add(new StoreFiles.LocalFile(name, path)));
      BinaryWriter description = new BinaryWriter();
      description.writeBytes("d".getBytes(UTF_8), 0, 1);
      return Optional.of(use.apply(new StoreFiles(description, tables)));
    }

    @Override
    public void close() {}
  }

  /** The coordinator's decisions, carried out with delay. */
  private final class Effects implements CheckpointEffects {
    @Override
    public CheckpointId reserveId() {
      long id = nextCheckpoint++;
      CheckpointCoordinator asking = coordinator;
      storage.add(
          () -> {
            try {
              store.writeCounters(JOB, id + 1, execution);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            asking.onCounterStored(id + 1);
          });
      return new CheckpointId(id);
    }

    @Override
    public void snapshotEnumerators(CheckpointId checkpoint) {}

    @Override
    public boolean allSplitsReceived() {
      return true;
    }

    @Override
    public void trigger(
        CheckpointId checkpoint, boolean savepoint, String path, Optional<CheckpointId> base) {
      for (int i = 0; i < 2; i++) {
        AttemptId source = new AttemptId(new SubtaskId(JOB, 0, i), execution);
        uploads.add(() -> coordinator.onAck(source, checkpoint, Map.of(), CheckpointTimings.NONE));
      }
      for (Worker worker : workers) {
        if (savepoint) {
          uploads.add(
              () ->
                  coordinator.onAck(worker.attempt, checkpoint, Map.of(), CheckpointTimings.NONE));
        } else {
          worker.take(checkpoint, path, base);
        }
      }
    }

    @Override
    public void writeMetadata(CheckpointMetadata metadata) {
      CheckpointCoordinator asking = coordinator;
      storage.add(
          () -> {
            try {
              store.writeMetadata(metadata);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            asking.onMetadataWritten(metadata.id(), 0);
          });
    }

    @Override
    public void writePointer(CheckpointId checkpoint, List<RetainedCheckpoint> retained) {
      CheckpointCoordinator asking = coordinator;
      boolean fails = random.nextInt(8) == 0;
      storage.add(
          () -> {
            if (fails) {
              asking.onPointerFailed(checkpoint, "the disk", 0);
              return;
            }
            assertThat(store.writePointer(JOB, retained))
                .isInstanceOf(PointerOutcome.Written.class);
            asking.onPointerWritten(checkpoint, 0);
          });
    }

    @Override
    public void completed(CheckpointMetadata metadata, CheckpointRequest request) {
      completed++;
    }

    @Override
    public void aborted(
        CheckpointId checkpoint, CheckpointRequest request, boolean triggered, String why) {}

    @Override
    public void refused(CheckpointRequest request, String why) {}

    @Override
    public void tooManyFailures(String why) {}

    @Override
    public void delete(RetainedCheckpoint checkpoint) {
      storage.add(
          () -> {
            try {
              store.delete(checkpoint);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }

    @Override
    public void discard(List<String> paths) {
      storage.add(
          () -> {
            try {
              store.discard(JOB, paths);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }

    @Override
    public void collectShared(List<RetainedCheckpoint> retained, CheckpointId upTo) {
      storage.add(
          () -> {
            try {
              store.collectShared(JOB, retained, upTo);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }

    @Override
    public void scheduleNext(Duration delay) {}

    @Override
    public void cancelNext() {}

    @Override
    public void scheduleFinal(Duration delay) {}

    @Override
    public void scheduleTimeout(CheckpointId checkpoint, Duration delay) {}

    @Override
    public void cancelTimeout(CheckpointId checkpoint) {}

    @Override
    public void schedulePointerRetry(CheckpointId checkpoint, Duration delay) {}
  }
}
