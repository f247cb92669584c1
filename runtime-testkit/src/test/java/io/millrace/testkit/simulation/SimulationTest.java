package io.millrace.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SimulationTest {
  @Test
  void twoHundredSeedsAreExactlyOnce() {
    check(1, 200);
  }

  @Test
  @Tag("soak")
  void manySeedsAreExactlyOnce() {
    check(1_000, 10_000);
  }

  private static void check(long first, int count) {
    TreeSet<String> coverage = new TreeSet<>();
    int inFlight = 0;
    for (long seed = first; seed < first + count; seed++) {
      Simulation.Result result = Simulation.run(seed);
      assertThat(result.violation())
          .as(() -> "seed " + result.seed() + "\n" + String.join("\n", result.trace()))
          .isEmpty();
      assertThat(result.events()).as("events of seed %d", seed).isGreaterThanOrEqualTo(2_000);
      assertThat(result.checkpoints()).as("checkpoints of seed %d", seed).isGreaterThanOrEqualTo(3);
      assertThat(result.faults()).as("faults of seed %d", seed).isGreaterThanOrEqualTo(2);
      coverage.addAll(result.coverage());
      inFlight += result.inFlight() > 0 ? 1 : 0;
    }
    assertThat(inFlight).as("seeds with unaligned checkpoints").isGreaterThan(count / 3);
    System.out.printf("%d seeds covered %d pairs of state and event:%n", count, coverage.size());
    coverage.forEach(pair -> System.out.println("  " + pair));
  }

  @Test
  void aSeedGivesTheSameTraceInAnotherJvm() throws Exception {
    List<String> here = new ArrayList<>();
    for (long seed = 7; seed < 10; seed++) {
      here.add(String.format("%016x", Simulation.run(seed).traceHash()));
    }
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-cp",
                System.getProperty("java.class.path"),
                Simulation.class.getName(),
                "7",
                "3")
            .redirectErrorStream(true)
            .start();
    List<String> there = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("seed ")) {
          there.add(line.substring(line.lastIndexOf(' ') + 1));
        }
      }
    }
    assertThat(process.waitFor()).isZero();
    assertThat(there).isEqualTo(here);
  }
}
