package io.millrace.process.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.config.MemorySize;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What {@link MemoryBudgetTest} has in small: 20 GB are written, and the state on disk is ten times
 * the TaskManager's budget. Takes about 15 GB of disk.
 */
@Tag("soak")
class MemoryBudgetSoakTest {
  private static final MemorySize BUDGET = MemorySize.ofMebibytes(512);
  private static final long RECORDS = 10_100_000;
  private static final long KEYS = 2_900_000;

  @Test
  void twentyGigabytesOfStateAreWrittenWithinTheBudget() throws Exception {
    BudgetRun.Seen seen =
        new BudgetRun(BUDGET, RECORDS, KEYS, Duration.ofSeconds(60), Duration.ofMinutes(90))
            .run("soak");
    System.out.println(seen);
    assertThat(RECORDS * LargeStateJob.VALUE_BYTES).isGreaterThanOrEqualTo(20_000_000_000L);
    assertThat(KEYS * LargeStateJob.VALUE_BYTES).isGreaterThan(10 * BUDGET.bytes());
    assertThat(seen.taskManager().bytes())
        .as("largest resident size of the TaskManager")
        .isLessThanOrEqualTo(BUDGET.bytes() / 10 * 11);
    assertThat(seen.state().bytes()).isGreaterThan(10 * BUDGET.bytes());
    assertThat(seen.checkpoints()).isPositive();
  }
}
