package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TransactionRulesTest {
  private static final Duration LIMIT = Duration.ofMinutes(15);

  @Test
  void everyIdHasExactlyOneOwnerAtAnyParallelism() {
    TransactionIds ids = new TransactionIds("a-1");
    for (int maker = 0; maker < 20; maker++) {
      for (int parallelism = 1; parallelism < 10; parallelism++) {
        int owners = 0;
        for (int subtask = 0; subtask < parallelism; subtask++) {
          owners += ids.mustAbort(ids.id(maker, 3), subtask, parallelism, Set.of()) ? 1 : 0;
        }
        assertThat(owners).isEqualTo(1);
      }
    }
  }

  @Test
  void recoveredAndForeignIdsAreLeftAlone() {
    TransactionIds ids = new TransactionIds("a");
    assertThat(ids.mustAbort("a-0-1", 0, 1, Set.of("a-0-1"))).isFalse();
    assertThat(ids.mustAbort("a-0-1", 0, 1, Set.of("a-0-2"))).isTrue();
    // Another sink's prefix may begin with ours.
    for (String foreign :
        new String[] {"a-1-0-0", "a-b-0-0", "ab-0-0", "a-0", "a-0-0-x", "a--0-0"}) {
      assertThat(ids.mustAbort(foreign, 0, 1, Set.of())).as(foreign).isFalse();
    }
    assertThat(new TransactionIds("a-1").mustAbort("a-1-0-0", 0, 1, Set.of())).isTrue();
  }

  @Test
  void theBrokersPatternTakesPrefixesLiterally() {
    Pattern pattern = Pattern.compile(new TransactionIds("a.b*").brokerPattern());
    assertThat(pattern.matcher("a.b*-0-1").matches()).isTrue();
    assertThat(pattern.matcher("axbb-0-1").matches()).isFalse();
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
