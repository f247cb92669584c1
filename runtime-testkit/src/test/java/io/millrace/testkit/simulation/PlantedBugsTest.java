package io.millrace.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation is worth something only if it finds bugs: each of these within 200 seeds. */
class PlantedBugsTest {
  private static final int SEEDS = 200;

  static List<PlantedBug> bugs() {
    return PlantedBug.all();
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void isFound(PlantedBug bug) throws Exception {
    Cluster cluster = new Cluster(bug.patches());
    for (long seed = 1; seed <= SEEDS; seed++) {
      Optional<String> violation = cluster.run(seed);
      if (violation.isPresent()) {
        System.out.printf("%s%n  seed %d: %s%n", bug, seed, violation.get());
        return;
      }
    }
    throw new AssertionError("Not found within " + SEEDS + " seeds: " + bug);
  }

  @Test
  void nothingIsFoundWithoutABug() throws Exception {
    Cluster cluster = new Cluster(List.of());
    for (long seed = 1; seed <= 10; seed++) {
      assertThat(cluster.run(seed)).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void aPatchThatFitsNothingIsRefused() {
    Patch patch = new Patch("task/InputGate", "setBlocked", Patch.skips("noSuchCall"));
    assertThatThrownBy(() -> new PatchedClasses(List.of(patch)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("task/InputGate.setBlocked");
  }

  /** Simulations with classes of their own. */
  private static final class Cluster {
    private final Method run;
    private final Method violation;

    Cluster(List<Patch> patches) throws ReflectiveOperationException {
      PatchedClasses classes = new PatchedClasses(patches);
      this.run = classes.loadClass(Simulation.class.getName()).getMethod("run", long.class);
      this.violation = classes.loadClass(Simulation.Result.class.getName()).getMethod("violation");
      assertThat(run.getDeclaringClass()).isNotSameAs(Simulation.class);
    }

    Optional<String> run(long seed) throws ReflectiveOperationException {
      try {
        return ((Optional<?>) violation.invoke(run.invoke(null, seed))).map(String::valueOf);
      } catch (InvocationTargetException e) {
        return Optional.of("the simulation threw " + e.getCause());
      }
    }
  }
}
