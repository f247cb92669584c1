package io.millrace.runtime.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.task.StepHandle;
import io.millrace.runtime.task.Steppable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {
  private static final ThreadLocal<String> LEFT_BEHIND = new ThreadLocal<>();
  private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

  @Test
  void renewedThreadsHaveNothingOfTheOld() {
    try (WorkerPool pool = new WorkerPool(1, (name, trace) -> {})) {
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
    try (WorkerPool pool = new WorkerPool(2, (name, trace) -> {})) {
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

  /** It would cost more than the step, and the caches: only what waits behind it may be taken. */
  @Test
  void oneBusySubtaskStaysWithItsThread() {
    try (WorkerPool pool = new WorkerPool(2, (name, trace) -> {})) {
      List<Thread> threads = new ArrayList<>();
      Busy busy = new Busy(() -> threads.add(Thread.currentThread()), 20_000);
      new StepHandle(busy, pool, 0).wakeUp();
      Awaitility.await().until(() -> busy.left.get() == 0);
      assertThat(changes(threads)).as("moves among the threads").isLessThan(20);
    }
  }

  /** A record at a time: to wake a second thread for each would double its cost. */
  @Test
  void whatASubtaskWakesComesToItsThreadIfTheOtherSleeps() {
    try (WorkerPool pool = new WorkerPool(2, (name, trace) -> {})) {
      List<Thread> consuming = new CopyOnWriteArrayList<>();
      List<Thread> producing = new CopyOnWriteArrayList<>();
      Stepping consumer = new Stepping(() -> consuming.add(Thread.currentThread()));
      StepHandle second = new StepHandle(consumer, pool, 1);
      Stepping producer =
          new Stepping(
              () -> {
                producing.add(Thread.currentThread());
                second.wakeUp();
              });
      StepHandle first = new StepHandle(producer, pool, 0);
      Awaitility.await()
          .pollInterval(Duration.ofMillis(1))
          .until(
              () -> {
                int before = consuming.size();
                first.wakeUp();
                Awaitility.await()
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> consuming.size() > before);
                int last = consuming.size() - 1;
                return last >= 20
                    && consuming
                        .subList(last - 19, last + 1)
                        .equals(producing.subList(last - 19, last + 1));
              });
    }
  }

  @Test
  void twoBusySubtasksAreSteppedAtTheSameTime() {
    try (WorkerPool pool = new WorkerPool(2, (name, trace) -> {})) {
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      // Both on the first worker, and for ever, until the other one has taken part.
      Busy one = new Busy(() -> threads.add(Thread.currentThread()), Long.MAX_VALUE);
      Busy other = new Busy(() -> threads.add(Thread.currentThread()), Long.MAX_VALUE);
      new StepHandle(one, pool, 0).wakeUp();
      new StepHandle(other, pool, 0).wakeUp();
      Awaitility.await().until(() -> threads.size() == 2);
      one.left.set(1);
      other.left.set(1);
    }
  }

  @Test
  void anotherThreadTakesOverWhatAStalledOneLeaves() throws Exception {
    List<String> stalls = new CopyOnWriteArrayList<>();
    try (WorkerPool pool = new WorkerPool(1, (name, trace) -> stalls.add(name))) {
      CountDownLatch entered = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      Stepping stalling =
          new Stepping(
              () -> {
                entered.countDown();
                await(goOn);
              });
      new StepHandle(stalling, pool, 0).wakeUp();
      entered.await();
      pool.lookForStalls();
      assertThat(stalls).as("it may just have begun").isEmpty();
      Stepping waiting = new Stepping(() -> {});
      new StepHandle(waiting, pool, 0).wakeUp();
      pool.lookForStalls();
      pool.lookForStalls();
      Awaitility.await().until(() -> waiting.steps.get() == 1);
      assertThat(stalls).as("told once").containsExactly("stepping");
      goOn.countDown();
      Awaitility.await().until(() -> stalling.steps.get() == 1);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int changes(List<Thread> threads) {
    int changes = 0;
    for (int i = 1; i < threads.size(); i++) {
      changes += threads.get(i) == threads.get(i - 1) ? 0 : 1;
    }
    return changes;
  }

  /** Wants so many steps in a row. */
  private static final class Busy implements Steppable {
    private final Runnable work;
    private final AtomicLong left;

    Busy(Runnable work, long steps) {
      this.work = work;
      this.left = new AtomicLong(steps);
    }

    @Override
    public boolean step() {
      work.run();
      return left.decrementAndGet() > 0;
    }

    @Override
    public String name() {
      return "busy";
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
