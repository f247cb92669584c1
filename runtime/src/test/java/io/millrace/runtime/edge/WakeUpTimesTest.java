package io.millrace.runtime.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.task.StepHandle;
import io.millrace.runtime.task.Steppable;
import io.millrace.runtime.task.TaskExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WakeUpTimesTest {
  private final WakeUpTimes times = new WakeUpTimes();
  private final StepHandle one = handle();
  private final StepHandle other = handle();

  @Test
  void theyComeInTheOrderOfTheirTimes() {
    times.add(one, 20);
    times.add(other, 10);
    assertThat(times.earliest()).isEqualTo(10);
    assertThat(times.take(9)).isEmpty();
    assertThat(taken(20)).containsExactly(other, one);
    assertThat(times.earliest()).isEqualTo(WakeUpTimes.NEVER);
  }

  @Test
  void onlyTheEarliestOfAHandleIsKept() {
    times.add(one, 20);
    times.add(one, 30);
    assertThat(times.earliest()).isEqualTo(20);
    times.add(one, 10);
    assertThat(times.earliest()).isEqualTo(10);
    assertThat(taken(100)).containsExactly(one);
    times.add(one, 40);
    assertThat(times.earliest()).as("it can be told anew").isEqualTo(40);
  }

  @Test
  void oneThatIsForgottenDoesNotCome() {
    times.add(one, 10);
    times.add(other, 20);
    times.forget(one);
    times.forget(one);
    assertThat(times.earliest()).isEqualTo(20);
    assertThat(taken(100)).containsExactly(other);
    times.forget(other);
    assertThat(times.earliest()).isEqualTo(WakeUpTimes.NEVER);
  }

  private List<StepHandle> taken(long now) {
    List<StepHandle> taken = new ArrayList<>();
    Optional<StepHandle> next = times.take(now);
    while (next.isPresent()) {
      taken.add(next.get());
      next = times.take(now);
    }
    return taken;
  }

  private static StepHandle handle() {
    Steppable steppable =
        new Steppable() {
          @Override
          public boolean step() {
            throw new AssertionError("nobody is stepped here");
          }

          @Override
          public String name() {
            return "handle";
          }
        };
    TaskExecutor none = null;
    return new StepHandle(steppable, none, 0);
  }
}
