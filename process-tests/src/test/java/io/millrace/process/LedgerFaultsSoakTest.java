package io.millrace.process;

import io.millrace.runtime.faults.FailPoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;

/** The faults of {@link LedgerFaultsTest}, each ten times, with other seeds. */
@Tag("soak")
class LedgerFaultsSoakTest {
  private static FaultyCluster cluster;
  private static LedgerFaults faults;

  @BeforeAll
  static void start() throws Exception {
    cluster = FaultyCluster.start("soak");
    faults = new LedgerFaults(cluster);
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @RepeatedTest(10)
  void survivesADeathAtEachPoint() throws Exception {
    for (FailPoint point : FailPoint.values()) {
      if (point != FailPoint.MID_RESTORE) {
        faults.killAt(point);
      }
    }
  }

  @RepeatedTest(10)
  void survivesADeathInMidRestore(RepetitionInfo repetition) throws Exception {
    faults.killWhileRestoring(100 + repetition.getCurrentRepetition(), 1);
  }

  @RepeatedTest(10)
  void survivesTwoDeathsInOneRecovery(RepetitionInfo repetition) throws Exception {
    faults.killWhileRestoring(200 + repetition.getCurrentRepetition(), 2);
  }

  @RepeatedTest(10)
  void survivesKillsAtRandomMoments(RepetitionInfo repetition) throws Exception {
    faults.killAtRandomMoments(300 + repetition.getCurrentRepetition(), 3);
  }

  @RepeatedTest(10)
  void isNotDisturbedByATaskManagerThatWakesUp(RepetitionInfo repetition) throws Exception {
    faults.stopAndContinue(400 + repetition.getCurrentRepetition());
  }
}
