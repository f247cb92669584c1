package io.millrace.processtests.corruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.api.datastream.Graphs;
import io.millrace.api.datastream.RestartStrategies;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.sink.DiscardingSink;
import io.millrace.client.local.MiniCluster;
import io.millrace.client.state.OpenedArchive;
import io.millrace.core.config.Configuration;
import io.millrace.core.state.StateBackend;
import io.millrace.core.types.CorruptDataException;
import io.millrace.jobmanager.JobView.CheckpointsView;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.state.CorruptStateException;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import io.millrace.runtime.task.TaskTuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Checkpoints of real jobs whose files are cut off, flipped at a byte, gone, or others' in their
 * place: whoever restores or looks into them is told which file it is; nothing is read as data.
 */
class DamagedCheckpointsTest {
  private static final int KEYS = 500;
  private static final int PARALLELISM = 2;
  private static final int DAMAGES = 2;
  private static final AtomicBoolean FAIL = new AtomicBoolean();
  private static final AtomicLong MOST = new AtomicLong();

  @TempDir Path directory;

  record Total(long key, long count, long sum) {
    Total plus(Total next) {
      return new Total(key, count + next.count, sum + next.sum);
    }
  }

  /** What a file is in a checkpoint. */
  private record Part(Path file, String kind) {}

  @ParameterizedTest
  @EnumSource
  void eachIsRefusedWithItsName(StateBackend backend) throws Exception {
    Random random = new Random(7);
    MiniCluster.Settings settings =
        new MiniCluster.Settings(
            1,
            4,
            Optional.of(directory),
            Optional.empty(),
            new RocksDbSettings(64 << 10, 16 << 20, 8 << 20, 100, 100, 1 << 20, true),
            TaskTuning.FULL,
            DamagedCheckpointsTest.class.getClassLoader());
    try (MiniCluster cluster = MiniCluster.start(settings)) {
      List<Path> mine = checkpointsOfFailedJob(cluster, backend, 0);
      List<Path> others = checkpointsOfFailedJob(cluster, backend, 1_000_000);
      Path latest = mine.get(mine.size() - 1);
      assertRestores(cluster, backend, latest);
      int damages = 0;
      for (Part part : some(parts(latest), random)) {
        byte[] whole = Files.readAllBytes(part.file());
        for (byte[] damaged : damaged(part, whole, latest, mine, others, random)) {
          replace(part.file(), damaged);
          assertLookingIsRefused(latest, part);
          // What another backend or parallelism reads, it reads in another way.
          StateBackend as = StateBackend.values()[random.nextInt(2)];
          assertRestoreIsRefused(cluster, as, 1 + random.nextInt(3), latest, part);
          damages++;
        }
        Files.delete(part.file());
        assertLookingIsRefused(latest, part);
        assertRestoreIsRefused(cluster, backend, PARALLELISM, latest, part);
        Files.write(part.file(), whole);
      }
      assertThat(damages).isGreaterThan(4 * DAMAGES);
      // Whole, but of others: then it is the state that is not what this metadata says.
      Part metadata = new Part(latest.resolve("_metadata"), "metadata");
      byte[] own = Files.readAllBytes(metadata.file());
      for (Path foreign : List.of(mine.get(0), others.get(0))) {
        replace(metadata.file(), Files.readAllBytes(foreign.resolve("_metadata")));
        Part directory = new Part(latest, "directory");
        assertLookingIsRefused(latest, directory);
        assertRestoreIsRefused(cluster, backend, PARALLELISM, latest, directory);
      }
      replace(metadata.file(), own);
      assertRestores(cluster, backend, latest);
    }
  }

  /** Runs a job until it has some checkpoints, then fails it for good: it keeps them. */
  private List<Path> checkpointsOfFailedJob(MiniCluster cluster, StateBackend backend, long from)
      throws Exception {
    FAIL.set(false);
    JobHandle job = start(cluster, PARALLELISM, backend, from, Optional.empty());
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> cluster.dispatcher().job(job.id()).orElseThrow().checkpoints().completed() > 3);
    FAIL.set(true);
    JobResult result = job.result().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertThat(result.status()).isEqualTo(JobResult.Status.FAILED);
    CheckpointsView view = cluster.dispatcher().job(job.id()).orElseThrow().checkpoints();
    List<Path> kept = new ArrayList<>();
    view.history().stream()
        .sorted((a, b) -> Long.compare(a.id(), b.id()))
        .map(one -> directory.resolve("checkpoints/" + job.id() + "/chk-" + one.id()))
        .filter(path -> Files.exists(path.resolve("_metadata")))
        .forEach(kept::add);
    assertThat(kept).hasSizeGreaterThan(1);
    return kept;
  }

  private static JobHandle start(
      MiniCluster cluster,
      int parallelism,
      StateBackend backend,
      long from,
      Optional<String> savepoint) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setStateBackend(backend);
    env.enableCheckpointing(Duration.ofMillis(50));
    env.setRestartStrategy(RestartStrategies.noRestart());
    env.fromSequence(from, Long.MAX_VALUE / 4)
        .setParallelism(1)
        .uid("numbers")
        .map(number -> new Total(number % KEYS, 1, number))
        .setParallelism(1)
        .uid("totals-of-one")
        .keyBy(Total::key)
        .reduce(Total::plus)
        .uid("totals")
        .map(
            total -> {
              if (FAIL.get()) {
                throw new IllegalStateException("as the test wants it");
              }
              MOST.accumulateAndGet(total.count(), Math::max);
              return total;
            })
        .uid("check")
        .sinkTo(new DiscardingSink<>())
        .uid("end");
    return cluster.submit(Graphs.of(env, "damaged", parallelism), savepoint, false);
  }

  /** The files that the checkpoint says it has, but for none of other checkpoints. */
  private List<Part> parts(Path checkpoint) throws IOException {
    Set<String> own = new TreeSet<>();
    Set<String> shared = new TreeSet<>();
    try (OpenedArchive opened = open(checkpoint)) {
      for (OperatorState operator : opened.archive().metadata().operators()) {
        for (StateHandles handles : operator.subtasks()) {
          own.addAll(handles.paths());
          shared.addAll(handles.sharedPaths());
        }
      }
    }
    List<Part> parts = new ArrayList<>();
    parts.add(new Part(checkpoint.resolve("_metadata"), "metadata"));
    for (String path : own) {
      parts.add(new Part(checkpoint.resolve(path.substring(path.lastIndexOf('/') + 1)), "subtask"));
    }
    for (String path : shared) {
      String name = path.substring(path.lastIndexOf('/') + 1);
      parts.add(new Part(checkpoint.resolveSibling("shared").resolve(name), "shared"));
    }
    return parts;
  }

  /** Not all of RocksDB's files, of which there are many. */
  private static List<Part> some(List<Part> parts, Random random) {
    List<Part> shuffled = new ArrayList<>(parts);
    Collections.shuffle(shuffled, random);
    List<Part> chosen = new ArrayList<>();
    for (Part part : shuffled) {
      if (chosen.stream().filter(other -> other.kind().equals(part.kind())).count() < 2) {
        chosen.add(part);
      }
    }
    return chosen;
  }

  private List<byte[]> damaged(
      Part part, byte[] whole, Path latest, List<Path> mine, List<Path> others, Random random)
      throws IOException {
    List<byte[]> all = new ArrayList<>();
    all.add(new byte[0]);
    for (int i = 0; i < DAMAGES; i++) {
      all.add(Arrays.copyOf(whole, random.nextInt(whole.length)));
      byte[] flipped = whole.clone();
      flipped[random.nextInt(whole.length)] ^= (byte) (1 + random.nextInt(255));
      all.add(flipped);
    }
    // Another subtask's, another checkpoint's, another job's.
    List<Path> foreign = new ArrayList<>();
    for (Path checkpoint : List.of(latest, mine.get(0), others.get(others.size() - 1))) {
      for (Part other : some(parts(checkpoint), random)) {
        // A whole metadata file elsewhere is a copied checkpoint: see above.
        if (other.kind().equals(part.kind()) && !part.kind().equals("metadata")) {
          foreign.add(other.file());
        }
      }
    }
    for (Path file : foreign) {
      byte[] bytes = Files.readAllBytes(file);
      if (!Arrays.equals(bytes, whole)) {
        all.add(bytes);
      }
    }
    return all;
  }

  /** Not in place: a file of the store may be a link to one of a database. */
  private static void replace(Path file, byte[] bytes) throws IOException {
    Files.deleteIfExists(file);
    Files.write(file, bytes);
  }

  private static OpenedArchive open(Path checkpoint) throws IOException {
    return OpenedArchive.open(checkpoint.toString(), Optional.empty(), Configuration.empty());
  }

  private static void assertLookingIsRefused(Path checkpoint, Part part) throws IOException {
    try (OpenedArchive opened = open(checkpoint)) {
      opened.archive().states(opened.classes());
    } catch (CorruptDataException | CorruptStateException | IOException e) {
      assertThat(e.getMessage()).contains(part.file().getFileName().toString());
      return;
    }
    throw new AssertionError(part + " was read");
  }

  private static void assertRestoreIsRefused(
      MiniCluster cluster, StateBackend backend, int parallelism, Path checkpoint, Part part)
      throws Exception {
    FAIL.set(false);
    JobHandle job = start(cluster, parallelism, backend, 0, Optional.of(checkpoint.toString()));
    JobResult result = job.result().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertThat(result.status()).isEqualTo(JobResult.Status.FAILED);
    String failure = result.failure().orElseThrow().summary();
    assertThat(failure)
        .as("%s %s", backend, parallelism)
        .contains(part.file().getFileName().toString());
  }

  private static void assertRestores(MiniCluster cluster, StateBackend backend, Path checkpoint)
      throws Exception {
    FAIL.set(false);
    MOST.set(0);
    JobHandle job = start(cluster, PARALLELISM, backend, 0, Optional.of(checkpoint.toString()));
    await().atMost(Duration.ofMinutes(1)).until(() -> MOST.get() > 0);
    job.cancel().toCompletableFuture().get(60, TimeUnit.SECONDS);
    job.result().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
