package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.process.RunDirectory.ClusterProcess;
import io.millrace.runtime.faults.FailPoint;
import java.util.Random;

/**
 * What is done to a cluster while it runs the ledger job over a real broker; after each, every bid
 * must be in the ledger once, with its number.
 */
final class LedgerFaults {
  private static final int BIDS = 40_000;

  private final FaultyCluster cluster;

  LedgerFaults(FaultyCluster cluster) {
    this.cluster = cluster;
  }

  /** The job is under way on all TaskManagers and has committed something. */
  private LedgerRun begin() throws Exception {
    LedgerRun run = new LedgerRun(cluster, BIDS);
    run.feed(BIDS / 4);
    run.awaitAllCommitted();
    run.assertCrossesTcp();
    return run;
  }

  void killAtRandomMoments(long seed, int kills) throws Exception {
    Random random = new Random(seed);
    try (LedgerRun run = begin()) {
      for (int kill = 0; kill < kills; kill++) {
        // The moment: after so many bids more, whatever the job does just then.
        for (int steps = 1 + random.nextInt(20); steps > 0; steps--) {
          run.feed(BIDS / 4 / kills / 20);
          run.committed();
        }
        cluster.killAndReplace(cluster.anyTaskManager(random));
      }
      run.finish();
      assertThat(run.restarts()).isPositive();
    }
  }

  /** Dead for the JobManager, it wakes up again with all it had. */
  void stopAndContinue(long seed) throws Exception {
    Random random = new Random(seed);
    try (LedgerRun run = begin()) {
      ClusterProcess zombie = cluster.anyTaskManager(random);
      run.feed(BIDS / 8);
      cluster.signal(zombie, "STOP");
      FaultyCluster.until("it is taken for dead", () -> !cluster.isRegistered(zombie));
      cluster.launchTaskManager();
      run.feed(BIDS / 8);
      run.awaitAllCommitted();
      cluster.signal(zombie, "CONT");
      run.feed(BIDS / 8);
      FaultyCluster.until("it is back", () -> cluster.isRegistered(zombie));
      run.finish();
      cluster.kill(zombie);
      assertThat(run.restarts()).isPositive();
    }
  }

  void killAt(FailPoint point) throws Exception {
    int before = cluster.hits(point);
    try (LedgerRun run = begin()) {
      cluster.arm(point);
      run.feed(BIDS / 4);
      ClusterProcess victim = cluster.awaitDeath(point);
      cluster.killAndReplace(victim);
      run.finish();
    }
    assertThat(cluster.hits(point)).isEqualTo(before + 1);
  }

  /** A TaskManager is lost, and so many more while the job recovers from that. */
  void killWhileRestoring(long seed, int deaths) throws Exception {
    Random random = new Random(seed);
    int before = cluster.hits(FailPoint.MID_RESTORE);
    try (LedgerRun run = begin()) {
      for (int i = 0; i < deaths; i++) {
        cluster.arm(FailPoint.MID_RESTORE);
      }
      run.feed(BIDS / 4);
      cluster.killAndReplace(cluster.anyTaskManager(random));
      for (int i = 0; i < deaths; i++) {
        cluster.killAndReplace(cluster.awaitDeath(FailPoint.MID_RESTORE));
      }
      run.finish();
      assertThat(run.restarts()).isPositive();
    }
    assertThat(cluster.hits(FailPoint.MID_RESTORE)).isEqualTo(before + deaths);
  }
}
