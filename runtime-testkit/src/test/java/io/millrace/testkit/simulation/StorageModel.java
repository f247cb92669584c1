package io.millrace.testkit.simulation;

import io.millrace.core.state.StateBackend;
import io.millrace.runtime.checkpoint.CheckpointCoordinator;
import io.millrace.runtime.checkpoint.CheckpointKind;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.checkpoint.CheckpointParticipants;
import io.millrace.runtime.checkpoint.CheckpointPaths;
import io.millrace.runtime.checkpoint.CheckpointRequest;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.checkpoint.OrphanedFiles;
import io.millrace.runtime.checkpoint.RecoveredCheckpoints;
import io.millrace.runtime.checkpoint.RetainedCheckpoint;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.graph.Partitioning;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.SubtaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The files of a job's checkpoints, from the subtasks that make them to the JobManager that deletes
 * them, in an order that a seed decides: checkpoints that complete, are given up, come late, are
 * restored; JobManagers that die with half their work done; and {@link OrphanedFiles} beside all
 * that. At any time each checkpoint that is kept has all its files; when all is quiet there is no
 * other file, once orphans are deleted if a JobManager has died, and without that else (invariants
 * CC9 to CC11).
 */
public final class StorageModel {
  static final JobId JOB = JobId.of(9);
  static final String UID = "orders-sink";

  private static final int STEPS = 1_200;

  /** In steps; what is older than the limit can't be of a checkpoint in the making. */
  private static final int TIMEOUT = 150;

  private static final Duration LIMIT = Duration.ofSeconds(2 * TIMEOUT);

  final ModelFiles files = new ModelFiles();
  final List<StorageWorker> workers = new ArrayList<>();

  /** What the JobManager does to the store, in order, later. */
  final Queue<StorageAction> storage = new ArrayDeque<>();

  /** Uploads of I/O threads; they may come long after their checkpoint was given up. */
  final List<StorageAction> uploads = new ArrayList<>();

  /** Of savepoints that were completed: the user's for ever. */
  final Set<String> savepoints = new TreeSet<>();

  final Random random;
  final Path directory;
  final boolean crashes;
  CheckpointStore store = new CheckpointStore(files, "model");
  CheckpointCoordinator coordinator;
  long nextCheckpoint = 1;
  int execution;
  int completed;
  int shared;
  private final JobGraph graph = graph();
  private long started;
  private long tick;
  private boolean crashed;
  private int restored;
  private int orphaned;

  /** Something that is done to the store. */
  @FunctionalInterface
  interface StorageAction {
    void run() throws IOException;
  }

  /** A rule that was broken. */
  private static final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
      super(message);
    }
  }

  private StorageModel(long seed, Path directory) {
    this.random = new Random(seed);
    this.directory = directory;
    this.crashes = seed % 2 == 0;
  }

  /**
   * What a run has done, so that a test sees that it was worth something.
   *
   * @param shared files that a checkpoint had from the one before
   * @param orphaned files that were found to be needed by nobody
   */
  public record Done(
      Optional<String> violation, int completed, int shared, int restored, int orphaned) {}

  /** Runs one seed. */
  public static Done run(long seed) throws IOException {
    Path directory = Files.createTempDirectory("millrace-storage-model-");
    StorageModel model = new StorageModel(seed, directory);
    Optional<String> violation = Optional.empty();
    try {
      model.run();
    } catch (Exception e) {
      violation = Optional.of("step " + model.tick + ": " + e);
    } finally {
      try (Stream<Path> all = Files.walk(directory)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    return new Done(violation, model.completed, model.shared, model.restored, model.orphaned);
  }

  private static JobGraph graph() {
    List<JobVertex> vertices = new ArrayList<>();
    for (String uid : List.of("orders-source", UID)) {
      Kind kind = vertices.isEmpty() ? Kind.SOURCE : Kind.TRANSACTIONAL_SINK;
      vertices.add(
          new JobVertex(
              vertices.size(),
              uid,
              2,
              128,
              List.of(new OperatorNode(uid, true, uid, -1, "", kind, true, new byte[0]))));
    }
    return new JobGraph(
        "orders",
        vertices,
        List.of(new JobEdge(0, 0, 0, "", 1, 0, Partitioning.HASH, new byte[0])),
        new CheckpointSettings(
            Optional.of(Duration.ofSeconds(1)),
            Duration.ofSeconds(TIMEOUT),
            Duration.ZERO,
            2,
            1_000_000,
            Optional.empty(),
            StateBackend.HEAP),
        new RestartSettings(
            Duration.ofMillis(100),
            Duration.ofSeconds(5),
            2.0,
            Duration.ofMinutes(5),
            0,
            Integer.MAX_VALUE),
        List.of());
  }

  private void run() throws IOException {
    coordinator = new CheckpointCoordinator(JOB, graph, new StorageEffects(this));
    startExecution();
    for (tick = 0; tick < STEPS; tick++) {
      files.tick();
      step();
      checkNeeded();
    }
    settle();
    // One more, which collects what came late.
    coordinator.request(CheckpointRequest.PERIODIC, 0);
    settle();
    if (crashed) {
      collectOrphans(Duration.ZERO);
    }
    checkNothingElse();
  }

  private void step() throws IOException {
    switch (random.nextInt(14)) {
      case 0, 1 -> {
        for (StorageWorker worker : workers) {
          worker.compact();
        }
      }
      case 2, 3 -> request();
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
      case 11 -> {
        if (random.nextInt(10) == 0) {
          restart();
        }
      }
      case 12 -> {
        if (crashes && random.nextInt(20) == 0) {
          crash();
        }
      }
      default -> {
        if (random.nextInt(8) == 0) {
          collectOrphans(LIMIT);
        }
      }
    }
    if (coordinator.inProgress(0).isPresent() && tick - started > TIMEOUT) {
      coordinator.onTimeout(new CheckpointId(nextCheckpoint - 1), 0);
      // That one can't be given up; it is not under way for longer than the limit all the same.
      while (coordinator.step().equals(Optional.of("WRITING_POINTER"))) {
        runStorage();
      }
    }
  }

  private void request() {
    if (coordinator.inProgress(0).isEmpty()) {
      started = tick;
      coordinator.request(
          random.nextInt(6) == 0
              ? CheckpointRequest.savepoint(CheckpointKind.SAVEPOINT, 1, Optional.empty())
              : CheckpointRequest.PERIODIC,
          0);
    }
  }

  private void runStorage() throws IOException {
    StorageAction action = storage.poll();
    if (action != null) {
      action.run();
    }
  }

  private void settle() throws IOException {
    while (!storage.isEmpty() || !uploads.isEmpty()) {
      runStorage();
      if (!uploads.isEmpty()) {
        uploads.remove(0).run();
      }
    }
    checkNeeded();
  }

  /** A failure of the job, or of its JobManager when that has nothing left to do. */
  private void restart() throws IOException {
    coordinator.stop("a failure", 0);
    while (!coordinator.isSettled() || !storage.isEmpty()) {
      runStorage();
    }
    if (crashes && random.nextBoolean()) {
      crashed = true; // The next one knows nothing of uploads that are late.
      recover();
    }
    startExecution();
  }

  /** The JobManager dies with its work undone; subtasks' uploads may come all the same, or half. */
  private void crash() throws IOException {
    crashed = true;
    storage.clear();
    if (random.nextBoolean()) {
      uploads.clear();
      files.abandon(CheckpointPaths.root(JOB) + "/chk-" + nextCheckpoint + "/half");
    }
    recover();
    startExecution();
  }

  private void recover() throws IOException {
    store = new CheckpointStore(files, "model");
    store.finishDeletions(JOB);
    RecoveredCheckpoints found = store.recover(JOB);
    nextCheckpoint = found.nextCheckpoint();
    coordinator = new CheckpointCoordinator(JOB, graph, new StorageEffects(this));
    coordinator.recover(found.retained(), found.latest());
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
          workers.add(new StorageWorker(this, attempt));
        }
      }
    }
    if (coordinator.latest().isPresent()) {
      for (StorageWorker worker : workers) {
        worker.restore(coordinator.latest().get());
      }
      restored++;
    }
    coordinator.start(new CheckpointParticipants(attempts, new TreeSet<>()), 0);
  }

  private void collectOrphans(Duration age) throws IOException {
    OrphanedFiles orphans = new OrphanedFiles(files, "model");
    List<OrphanedFiles.Orphan> found = orphans.find(files.now().plusSeconds(1).minus(age));
    orphaned += found.size();
    orphans.delete(found);
  }

  /** Each checkpoint that is kept has what it says it has. */
  private void checkNeeded() throws IOException {
    for (String path : needed()) {
      if (!files.exists(path)) {
        throw new Violation(path + " was deleted too early");
      }
    }
  }

  private Set<String> needed() throws IOException {
    Set<String> needed = new TreeSet<>(savepoints);
    // What the pointer names; and what is restored next and shared with, whatever has become of it.
    List<RetainedCheckpoint> kept = new ArrayList<>(store.readPointer(JOB));
    coordinator.latest().map(CheckpointMetadata::retained).ifPresent(kept::add);
    for (RetainedCheckpoint checkpoint : kept) {
      needed.add(CheckpointPaths.metadata(checkpoint.directory()));
      CheckpointMetadata metadata = store.readMetadata(checkpoint.directory());
      for (OperatorState operator : metadata.operators()) {
        operator
            .subtasks()
            .forEach(
                handles -> {
                  needed.addAll(handles.paths());
                  needed.addAll(handles.sharedPaths());
                });
      }
    }
    return needed;
  }

  private void checkNothingElse() throws IOException {
    Set<String> needed = needed();
    needed.add(CheckpointPaths.pointer(JOB));
    needed.add(CheckpointPaths.counters(JOB));
    Set<String> left = new TreeSet<>(files.names());
    left.removeAll(needed);
    if (!left.isEmpty()) {
      throw new Violation(left + " is left and nothing needs it");
    }
    if (!files.unfinished("").isEmpty()) {
      throw new Violation(files.unfinished("") + " is left unfinished");
    }
  }
}
