package io.millrace.process;

import io.millrace.runtime.faults.FailPoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Each fault once; {@link LedgerFaultsSoakTest} has them ten times. */
class LedgerFaultsTest {
  private static FaultyCluster cluster;
  private static LedgerFaults faults;

  @BeforeAll
  static void start() throws Exception {
    cluster = FaultyCluster.start("once");
    faults = new LedgerFaults(cluster);
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @ParameterizedTest
  @EnumSource(names = "MID_RESTORE", mode = Mode.EXCLUDE)
  void survivesADeathAt(FailPoint point) throws Exception {
    faults.killAt(point);
  }

  @Test
  void survivesADeathInMidRestore() throws Exception {
    faults.killWhileRestoring(1, 1);
  }

  @Test
  void survivesTwoDeathsInOneRecovery() throws Exception {
    faults.killWhileRestoring(2, 2);
  }

  @Test
  void survivesKillsAtRandomMoments() throws Exception {
    faults.killAtRandomMoments(3, 2);
  }

  @Test
  void isNotDisturbedByATaskManagerThatWakesUp() throws Exception {
    faults.stopAndContinue(4);
  }
}
