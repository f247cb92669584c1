package io.millrace.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.benchmarks.workload.Workload;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CompareTest {
  private static List<JsonNode> lines(String... texts) throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String text : texts) {
      lines.add(new ObjectMapper().readTree(text));
    }
    return lines;
  }

  @Test
  void theIntervalIsStudentsOfTheLogarithms() {
    // By hand: logs of 2, 4, 8 have mean ln 4 and standard deviation ln 2; t(2) = 2.920.
    Interval interval = Interval.of(new double[] {2, 4, 8});
    double reach = Math.exp(2.920 * Math.log(2) / Math.sqrt(3));
    assertThat(interval.middle()).isCloseTo(4, within(1e-9));
    assertThat(interval.low()).isCloseTo(4 / reach, within(1e-9));
    assertThat(interval.high()).isCloseTo(4 * reach, within(1e-9));
  }

  @Test
  void aRatioThatIsNoneIsRefused() {
    assertThatThrownBy(() -> Interval.of(new double[] {2, -1})).hasMessageContaining("-1.0");
    assertThatThrownBy(() -> Interval.of(new double[] {2})).hasMessageContaining("two pairs");
  }

  @Test
  void theSteadyCostLeavesOutWhatAJobCostsOnce() throws Exception {
    // A second to start, then 100 ns a record.
    assertThat(
            Figure.STEADY_CPU.of(
                lines(
                    "{\"records\":1000,\"cpu_ns_per_record\":99999}",
                    "{\"records\":10000000,\"cpu_ns_per_record\":200.0}",
                    "{\"records\":20000000,\"cpu_ns_per_record\":150.0}")))
        .isCloseTo(100, within(1e-6));
  }

  @Test
  void aTargetIsMetByTheLowerEndOfTheInterval() {
    Target target = Target.steady(4).stretchOfLimit(2);
    assertThat(target.verdict(new Interval(3.9, 5, 6), 10, Optional.of(6.0))).isEqualTo("MISSED");
    assertThat(target.verdict(new Interval(4.1, 5, 6), 13, Optional.of(6.0))).isEqualTo("met");
    assertThat(target.verdict(new Interval(4.1, 5, 6), 12, Optional.of(6.0))).isEqualTo("stretch");
    assertThat(target.verdict(new Interval(4.1, 5, 6), 12, Optional.empty())).isEqualTo("met");
    Target further = Target.steady(4).stretch(10);
    assertThat(further.verdict(new Interval(9, 12, 15), 1, Optional.empty())).isEqualTo("met");
    assertThat(further.verdict(new Interval(10, 12, 15), 1, Optional.empty())).isEqualTo("stretch");
    Target bound = Target.atMost(Figure.RECOVERY, 800);
    assertThat(bound.verdict(new Interval(9, 9, 9), 801, Optional.empty())).isEqualTo("MISSED");
    assertThat(bound.verdict(new Interval(0.1, 0.1, 0.1), 800, Optional.empty())).isEqualTo("met");
  }

  @Test
  void withoutTheLimitAComparisonIsTheSame() {
    assertThat(Comparison.all())
        .allSatisfy(
            comparison ->
                assertThat(comparison.withoutLimit())
                    .usingRecursiveComparison()
                    .ignoringFields("limit")
                    .isEqualTo(comparison));
    assertThat(Comparison.all()).anyMatch(Comparison::sameLength);
  }

  @Test
  void comparisonsAreOfWorkloadsThatThereAre() {
    List<String> names = Comparison.all().stream().map(Comparison::name).toList();
    assertThat(new HashSet<>(names)).hasSameSizeAs(names);
    assertThat(Comparison.all())
        .allSatisfy(
            comparison -> assertThat(Workload.titled(comparison.ours().workload())).isPresent());
  }
}
