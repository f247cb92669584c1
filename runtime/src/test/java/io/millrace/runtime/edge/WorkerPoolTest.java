package io.millrace.runtime.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.task.StepHandle;
import io.millrace.runtime.task.Steppable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {
  private static final ThreadLocal<String> LEFT_BEHIND = new ThreadLocal<>();
  private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

  @Test
  void renewedThreadsHaveNothingOfTheOld() {
    try (WorkerPool pool = new WorkerPool(1, Duration.ofSeconds(5), (name, trace) -> {})) {
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      List<String> found = new ArrayList<>();
      Stepping stepping =
          new Stepping(
              () -> {
                found.add(LEFT_BEHIND.get() + " " + INHERITED.get());
                threads.add(Thread.currentThread());
                LEFT_BEHIND.set("left");
                INHERITED.set("inherited");
              });
      StepHandle handle = new StepHandle(stepping, pool, 0);
      for (int i = 1; i <= 3; i++) {
        handle.wakeUp();
        int steps = i;
        Awaitility.await().until(() -> stepping.steps.get() == steps);
        if (i == 2) {
          INHERITED.set("of the renewing thread");
          pool.renewThreads();
          INHERITED.remove();
          Awaitility.await().until(() -> threads.stream().noneMatch(Thread::isAlive));
        }
      }
      assertThat(found).containsExactly("null null", "left inherited", "null null");
      assertThat(threads).hasSize(2).extracting(Thread::getName).containsOnly("millrace-worker-0");
    }
  }

  @Test
  void noWakeUpIsLostWhileThreadsAreRenewed() {
    try (WorkerPool pool = new WorkerPool(2, Duration.ofSeconds(5), (name, trace) -> {})) {
      Stepping first = new Stepping(() -> {});
      Stepping second = new Stepping(() -> {});
      StepHandle one = new StepHandle(first, pool, 0);
      StepHandle other = new StepHandle(second, pool, 1);
      for (int i = 1; i <= 300; i++) {
        long firstBefore = first.steps.get();
        long secondBefore = second.steps.get();
        one.wakeUp();
        pool.renewThreads();
        other.wakeUp();
        Awaitility.await()
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(1))
            .until(() -> first.steps.get() > firstBefore && second.steps.get() > secondBefore);
      }
    }
  }

  private static final class Stepping implements Steppable {
    private final AtomicLong steps = new AtomicLong();
    private final Runnable work;

    Stepping(Runnable work) {
      this.work = work;
    }

    @Override
    public boolean step() {
      work.run();
      steps.incrementAndGet();
      return false;
    }

    @Override
    public String name() {
      return "stepping";
    }
  }
}
