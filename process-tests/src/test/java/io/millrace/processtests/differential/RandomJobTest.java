package io.millrace.processtests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random jobs give the results of the plainest way to compute them, with and without each of the
 * engine's short cuts: batches, rows, copies of classes, the cache over RocksDB, the heap's merge
 * of panes, hand-over within the process; but not the fetching ahead of large state, which takes
 * more keys than they have. Late records, whose fate depends on when watermarks come, are lost in
 * none.
 */
class RandomJobTest {
  private static List<Variant> variants = List.of();

  @BeforeAll
  static void start() {
    variants = Variant.start();
  }

  @AfterAll
  static void stop() {
    variants.forEach(Variant::close);
  }

  @Test
  void givesTheSameWithAndWithoutEachShortCut() throws Exception {
    for (int seed = 1; seed <= 5; seed++) {
      check(new RandomJob(seed, 4_000));
    }
  }

  @Tag("soak")
  @Test
  void givesTheSameManyTimes() throws Exception {
    for (int seed = 1_000; seed < 1_100; seed++) {
      check(new RandomJob(seed, 20_000));
    }
  }

  @Test
  void takesEachLateRecordOrSaysThatItIsLate() throws Exception {
    for (int seed = 1; seed <= 2; seed++) {
      check(new LateJob(seed, 4_000));
    }
  }

  @Tag("soak")
  @Test
  void takesEachLateRecordOrSaysThatItIsLateManyTimes() throws Exception {
    for (int seed = 1_000; seed < 1_100; seed++) {
      check(new LateJob(seed, 20_000));
    }
  }

  private static void check(LateJob job) throws Exception {
    for (Variant variant : variants) {
      List<LateJob.Said> results = variant.run(job);
      assertThat(job.violations(results)).as("%s, with %s", job, variant.name()).isEmpty();
      if (variant.sendsSingly()) {
        assertThat(results).as("late ones of %s", job).anyMatch(LateJob.Said::late);
      }
    }
  }

  private static void check(RandomJob job) throws Exception {
    List<Row> expected = job.reference();
    for (Variant variant : variants) {
      assertThat(RandomJob.sorted(variant.run(job)))
          .as("%s, with %s", job, variant.name())
          .isEqualTo(expected);
    }
  }
}
