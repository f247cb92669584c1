package io.millrace.process.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.config.MemorySize;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A TaskManager keeps to its {@code process.memory}: the small twin of the soak. */
class MemoryBudgetTest {
  private static final MemorySize BUDGET = MemorySize.ofMebibytes(512);
  private static final long RECORDS = 550_000;
  private static final long KEYS = 500_000;

  @Test
  void aGigabyteOfStateIsWrittenWithinTheBudget() throws Exception {
    BudgetRun.Seen seen =
        new BudgetRun(BUDGET, RECORDS, KEYS, Duration.ofSeconds(5), Duration.ofMinutes(5))
            .run("small");
    System.out.println(seen);
    assertThat(RECORDS * LargeStateJob.VALUE_BYTES).isGreaterThanOrEqualTo(1L << 30);
    assertThat(seen.taskManager().bytes())
        .as("largest resident size of the TaskManager")
        .isLessThanOrEqualTo(BUDGET.bytes() / 10 * 11);
    // More than it could have held, so it was on disk.
    assertThat(seen.state().bytes()).isGreaterThan(BUDGET.bytes());
    assertThat(seen.checkpoints()).isPositive();
  }
}
