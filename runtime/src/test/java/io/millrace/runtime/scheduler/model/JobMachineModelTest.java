package io.millrace.runtime.scheduler.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.state.StateBackend;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.scheduler.JobEvent;
import io.millrace.runtime.scheduler.JobStatus;
import io.millrace.runtime.scheduler.TestGraphs;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random runs of the real state machine in a model cluster with faults: every rule of {@link
 * ModelCluster} holds at every step, and the output is exactly once at the end. A failure names the
 * seed that shows it again.
 */
class JobMachineModelTest {
  private static final int SEEDS = 300;
  private static final long FAULTS_UNTIL = 2_500;
  private static final long PATIENCE = 60_000;

  private final Coverage coverage = new Coverage();
  private long events;
  private long checkpoints;
  private long faults;
  private final TreeMap<String, Integer> endings = new TreeMap<>();

  @Test
  void everySeedEndsExactlyOnce() {
    for (long seed = 0; seed < SEEDS; seed++) {
      try {
        run(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
      }
    }
    System.out.println(
        SEEDS
            + " seeds, "
            + events
            + " events, "
            + checkpoints
            + " completed checkpoints, "
            + faults
            + " faults; endings "
            + endings
            + "\n"
            + coverage.table());
    assertThat(coverage.pairs()).isGreaterThan(150);
    assertThat(checkpoints).isGreaterThan(3 * SEEDS);
    assertThat(faults).isGreaterThan(2 * SEEDS);
  }

  private void run(long seed) {
    World world = new World(seed);
    Ledger ledger = new Ledger();
    ModelCluster cluster = cluster(world, 1, ledger, Optional.empty());
    for (int i = 0; i < 5; i++) {
      world.within((int) FAULTS_UNTIL, cluster::injectFault);
    }
    world.within(1_000, () -> cluster.handle(new JobEvent.SavepointRequested(1, Optional.empty())));
    // Every other job runs to its end; the rest are stopped or cancelled in between.
    long wish = seed % 4;
    if (wish == 1) {
      world.within(
          1_200, () -> cluster.handle(new JobEvent.StopRequested(2, Optional.empty(), false)));
    } else if (wish == 3 && seed % 8 == 3) {
      world.within(1_500, () -> cluster.handle(new JobEvent.CancelRequested(3)));
    }
    finish(cluster, world);
    JobStatus status = cluster.machine.status();
    endings.merge(status + (wish == 1 ? " (stop)" : ""), 1, Integer::sum);
    switch (status) {
      case CANCELED -> {}
      case FINISHED -> {
        if (cluster.storage.pointer.stream().noneMatch(last -> last.savepoint())) {
          assertExactlyOnce(ledger);
        } else {
          startFromSavepoint(cluster, world, ledger);
        }
      }
      case FAILED -> {
        // Only an interrupted stop may fail a job that restarts without limit.
        assertThat(cluster.machine.detail().orElseThrow()).isNotEmpty();
        startFromSavepoint(cluster, world, ledger);
      }
      default -> throw new AssertionError("not terminal: " + status);
    }
  }

  private void startFromSavepoint(ModelCluster stopped, World world, Ledger ledger) {
    var last = stopped.storage.pointer.get(stopped.storage.pointer.size() - 1);
    assertThat(last.savepoint()).isTrue();
    CheckpointMetadata savepoint = stopped.storage.metadata.get(last.directory());
    ModelCluster next = cluster(world, 2, ledger, Optional.of(savepoint));
    next.stopFaults();
    finish(next, world);
    assertThat(next.machine.status()).isEqualTo(JobStatus.FINISHED);
    assertExactlyOnce(ledger);
  }

  private void finish(ModelCluster cluster, World world) {
    world.after(FAULTS_UNTIL, cluster::stopFaults);
    long until = world.now() + PATIENCE;
    while (!cluster.machine.status().isTerminal() && world.step(until)) {
      // The rules are checked in each step.
    }
    events += cluster.eventsHandled;
    faults += cluster.faultsInjected;
    checkpoints += cluster.machine.checkpoints().history().completedCount();
    assertThat(cluster.machine.status().isTerminal())
        .as(
            "terminal; is %s in %s: %s, %s",
            cluster.machine.status(),
            cluster.machine.phase(),
            cluster.machine.detail(),
            cluster.machine.attempts())
        .isTrue();
    for (int i = 0; i < 1_000 && world.step(world.now() + 2_000); i++) {
      // Zombies, late answers and requests after the end.
    }
    cluster.answers().forEach((request, location) -> assertThat(request).isBetween(1L, 3L));
  }

  private static void assertExactlyOnce(Ledger ledger) {
    TreeMap<String, Integer> expected = new TreeMap<>();
    for (String split : ModelCluster.SPLITS) {
      for (int i = 0; i < ModelCluster.RECORDS_PER_SPLIT; i++) {
        expected.put(split + ":" + i, 1);
      }
    }
    assertThat(ledger.records()).isEqualTo(expected);
  }

  private ModelCluster cluster(
      World world, long job, Ledger ledger, Optional<CheckpointMetadata> startFrom) {
    CheckpointSettings settings =
        new CheckpointSettings(
            Optional.of(Duration.ofMillis(60)),
            Duration.ofMillis(400),
            Duration.ZERO,
            2,
            3,
            Optional.empty(),
            StateBackend.HEAP);
    RestartSettings restarts =
        new RestartSettings(
            Duration.ofMillis(10), Duration.ofMillis(100), 2, Duration.ofSeconds(5), 0.2, 1_000);
    JobGraph graph = TestGraphs.sourceToSink(2, settings, restarts, Kind.TRANSACTIONAL_SINK);
    return new ModelCluster(world, JobId.of(job), graph, ledger, startFrom, coverage);
  }
}
