package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TransactionRulesTest {
  private static final Duration LIMIT = Duration.ofMinutes(15);

  private static final String JOB = "00000000000000a1";
  private static final String OTHER_JOB = "00000000000000b2";

  private static TransactionIds ids(String prefix, int attempt) {
    return new TransactionIds(prefix, JOB, attempt);
  }

  @Test
  void everyIdHasExactlyOneOwnerAtAnyParallelism() {
    TransactionIds ids = ids("a-1", 8);
    for (int maker = 0; maker < 20; maker++) {
      for (int parallelism = 1; parallelism < 10; parallelism++) {
        int owners = 0;
        for (int subtask = 0; subtask < parallelism; subtask++) {
          String id = ids("a-1", 7).id(maker, 3);
          owners += ids.mayAbort(id, subtask, parallelism, Set.of()) ? 1 : 0;
        }
        assertThat(owners).isEqualTo(1);
      }
    }
  }

  @Test
  void onlyFormerAttemptsAndOtherJobsAreAborted() {
    TransactionIds ids = ids("a", 10);
    for (int attempt = 0; attempt < 20; attempt++) {
      assertThat(ids.mayAbort(ids("a", attempt).id(0, 1), 0, 1, Set.of()))
          .as("attempt %d", attempt)
          .isEqualTo(attempt < 10);
      String foreign = new TransactionIds("a", OTHER_JOB, attempt).id(0, 1);
      assertThat(ids.mayAbort(foreign, 0, 1, Set.of())).as(foreign).isTrue();
    }
  }

  @Test
  void recoveredAndForeignIdsAreLeftAlone() {
    TransactionIds ids = ids("a", 3);
    String former = ids("a", 2).id(0, 1);
    assertThat(former).isEqualTo("a-" + JOB + "-2-0-1");
    assertThat(ids.mayAbort(former, 0, 1, Set.of(former))).isFalse();
    assertThat(ids.mayAbort(former, 0, 1, Set.of(ids("a", 2).id(0, 2)))).isTrue();
    // Another sink's prefix may begin with ours, and even look like a part of an id.
    for (String foreign :
        new String[] {
          ids("a-1", 0).id(0, 0),
          ids("a-b", 0).id(0, 0),
          ids("a-" + OTHER_JOB + "-0", 0).id(0, 0),
          ids("ab", 0).id(0, 0),
          "a-0-0",
          "a-" + JOB + "-0-0",
          "a-" + JOB + "-0-0-x",
          "a-" + JOB + "-0-0-1234567890",
          "a--0-0-0",
          "a-" + JOB + "--0-0"
        }) {
      assertThat(ids.mayAbort(foreign, 0, 1, Set.of())).as(foreign).isFalse();
    }
    assertThat(ids("a-1", 3).mayAbort(ids("a-1", 0).id(0, 0), 0, 1, Set.of())).isTrue();
  }

  @Test
  void whatIsOpenIsEndedAndOnlyTheLastAttemptsIdleProducersAreFenced() {
    String recovered = ids("a", 4).id(0, 2);
    String oldJob = new TransactionIds("a", OTHER_JOB, 9).id(0, 0);
    List<TransactionIds.Listed> listed =
        List.of(
            new TransactionIds.Listed(ids("a", 5).id(0, 0), false), // of this attempt
            new TransactionIds.Listed(ids("a", 6).id(0, 0), false), // of a later one
            new TransactionIds.Listed(ids("a", 4).id(0, 0), true),
            new TransactionIds.Listed(ids("a", 4).id(0, 1), false),
            new TransactionIds.Listed(recovered, false),
            new TransactionIds.Listed(ids("a", 3).id(0, 0), true), // ended by attempt 4
            new TransactionIds.Listed(ids("a", 3).id(0, 1), false),
            new TransactionIds.Listed(ids("a", 2).id(1, 0), true), // the last of its writer
            new TransactionIds.Listed(oldJob, true));
    assertThat(ids("a", 5).lingering(listed, 0, 1, Set.of(recovered)))
        .containsExactlyInAnyOrder(
            ids("a", 4).id(0, 0),
            ids("a", 4).id(0, 1),
            ids("a", 3).id(0, 1),
            ids("a", 2).id(1, 0),
            oldJob);
  }

  @Test
  void aJobIdThatCouldNotBeToldApartIsRefused() {
    assertThatThrownBy(() -> new TransactionIds("a", "job-1", 0)).hasMessageContaining("'job-1'");
  }

  @Test
  void theBrokersPatternTakesPrefixesLiterally() {
    Pattern pattern = Pattern.compile(ids("a.b*", 0).brokerPattern());
    assertThat(pattern.matcher("a.b*-" + JOB + "-0-0-1").matches()).isTrue();
    assertThat(pattern.matcher("axbb-" + JOB + "-0-0-1").matches()).isFalse();
  }

  @Test
  void theDefaultTimeoutFitsBetweenCheckpointsAndTheBroker() {
    assertThat(choose(Optional.empty(), Duration.ofSeconds(1), Duration.ofMinutes(1)))
        .isEqualTo(LIMIT);
    assertThat(
            TransactionTimeout.choose(
                Optional.empty(),
                Duration.ofHours(5),
                Optional.of(Duration.ofMinutes(20)),
                Duration.ofMinutes(10)))
        .isEqualTo(Duration.ofMinutes(65));
    assertThat(
            choose(
                Optional.of(Duration.ofMinutes(5)), Duration.ofSeconds(1), Duration.ofMinutes(1)))
        .isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheRemedy() {
    assertThatThrownBy(
            () ->
                choose(
                    Optional.of(Duration.ofHours(1)), Duration.ofSeconds(1), Duration.ofMinutes(1)))
        .hasMessageContaining("transaction.max.timeout.ms of 900000")
        .hasMessageContaining("Lower the sink's");
    assertThatThrownBy(
            () ->
                choose(
                    Optional.of(Duration.ofMinutes(2)),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1)))
        .hasMessageContaining("(120000 ms)");
    assertThatThrownBy(
            () -> choose(Optional.empty(), Duration.ofMinutes(10), Duration.ofMinutes(10)))
        .hasMessageContaining("Raise it at the broker");
  }

  private static Duration choose(
      Optional<Duration> wanted, Duration interval, Duration checkpointTimeout) {
    return TransactionTimeout.choose(wanted, LIMIT, Optional.of(interval), checkpointTimeout);
  }
}
