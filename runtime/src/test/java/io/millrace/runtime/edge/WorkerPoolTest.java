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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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

  /** What one thread has done before another would be awake. */
  @Test
  void shortStepsAreNotSpread() {
    try (WorkerPool pool = new WorkerPool(2, (name, trace) -> {})) {
      List<Thread> threads = new CopyOnWriteArrayList<>();
      List<StepHandle> consumers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        consumers.add(
            new StepHandle(new Stepping(() -> threads.add(Thread.currentThread())), pool, i));
      }
      StepHandle producer =
          new StepHandle(
              new Stepping(
                  () -> {
                    threads.add(Thread.currentThread());
                    consumers.forEach(StepHandle::wakeUp);
                  }),
              pool,
              0);
      // Its first steps take long, until the compiler has seen them.
      Awaitility.await()
          .pollInterval(Duration.ofMillis(1))
          .until(
              () -> {
                int before = threads.size();
                producer.wakeUp();
                Awaitility.await()
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> threads.size() == before + 5);
                return before >= 50
                    && Set.copyOf(threads.subList(before - 45, before + 5)).size() == 1;
              });
    }
  }

  @Test
  void anIdlePoolSleepsWithoutATimeout() {
    try (WorkerPool pool = new WorkerPool(2, (name, trace) -> {})) {
      for (int i = 0; i < 3; i++) {
        awaitSleep();
        Timed timed = new Timed(pool, 0, early -> {}, 3);
        timed.handle.wakeUp();
        Awaitility.await().until(() -> timed.left.get() == 0);
      }
      awaitSleep();
    }
  }

  /** The second was to be done soon, after the first. */
  @Test
  void anotherThreadDoesWhatAnUnusuallyLongStepHoldsUp() {
    try (WorkerPool pool = new WorkerPool(2, (name, trace) -> {})) {
      awaitSleep();
      CountDownLatch done = new CountDownLatch(1);
      StepHandle first = new StepHandle(new Stepping(() -> await(done)), pool, 0);
      StepHandle second = new StepHandle(new Stepping(done::countDown), pool, 0);
      Stepping both =
          new Stepping(
              () -> {
                first.wakeUp();
                second.wakeUp();
              });
      new StepHandle(both, pool, 0).wakeUp();
      Awaitility.await().until(() -> done.getCount() == 0);
    }
  }

  @Test
  void aHandleIsWokenUpAtItsTimeAndNotBefore() {
    try (WorkerPool pool = new WorkerPool(2, (name, trace) -> {})) {
      List<Long> early = new CopyOnWriteArrayList<>();
      Timed timed = new Timed(pool, 0, early::add, 100);
      timed.handle.wakeUp();
      Awaitility.await().until(() -> timed.left.get() == 0);
      assertThat(early).hasSize(100).allMatch(nanos -> nanos <= 0);
    }
  }

  /** Its time comes while the only thread that was awake waits for it. */
  @Test
  void anotherThreadLooksAtTheTimesThatABlockedOneHasLeft() {
    try (WorkerPool pool = new WorkerPool(2, (name, trace) -> {})) {
      awaitSleep();
      CountDownLatch woken = new CountDownLatch(1);
      StepHandle blocked = new StepHandle(new Stepping(() -> await(woken)), pool, 0);
      StepHandle timed = new StepHandle(new Stepping(woken::countDown), pool, 0);
      Stepping both =
          new Stepping(
              () -> {
                pool.wakeUpAfter(timed, 1_000_000);
                blocked.wakeUp();
              });
      new StepHandle(both, pool, 0).wakeUp();
      Awaitility.await().until(() -> woken.getCount() == 0);
    }
  }

  /** What it has woken is its thread's own next, and the others sleep. */
  @Test
  void anotherThreadDoesWhatABlockedStepHasWoken() {
    try (WorkerPool pool = new WorkerPool(2, (name, trace) -> {})) {
      awaitSleep();
      CountDownLatch done = new CountDownLatch(1);
      StepHandle woken = new StepHandle(new Stepping(done::countDown), pool, 0);
      Stepping blocked =
          new Stepping(
              () -> {
                woken.wakeUp();
                await(done);
              });
      new StepHandle(blocked, pool, 0).wakeUp();
      Awaitility.await().until(() -> done.getCount() == 0);
    }
  }

  /** Both threads that were to look at the times are taken up by steps before. */
  @Test
  void aThirdThreadLooksAtTheTimesThatTwoBlockedOnesHaveLeft() {
    try (WorkerPool pool = new WorkerPool(3, (name, trace) -> {})) {
      awaitSleep();
      CountDownLatch woken = new CountDownLatch(1);
      StepHandle timed = new StepHandle(new Stepping(woken::countDown), pool, 0);
      Stepping asking = new Stepping(() -> pool.wakeUpAfter(timed, 1_000_000_000));
      new StepHandle(asking, pool, 0).wakeUp();
      Awaitility.await()
          .pollInterval(Duration.ofMillis(1))
          .until(() -> asking.steps.get() == 1 && asleep(Thread.State.TIMED_WAITING).size() == 2);
      for (Thread looking : asleep(Thread.State.TIMED_WAITING)) {
        int index = Integer.parseInt(looking.getName().replaceAll(".*-", ""));
        new StepHandle(new Stepping(() -> await(woken)), pool, index).wakeUp();
      }
      Awaitility.await().until(() -> woken.getCount() == 0);
    }
  }

  @Test
  void aForgottenTimeWakesNobody() {
    try (WorkerPool pool = new WorkerPool(1, (name, trace) -> {})) {
      Stepping forgotten = new Stepping(() -> {});
      Stepping later = new Stepping(() -> {});
      StepHandle first = new StepHandle(forgotten, pool, 0);
      StepHandle second = new StepHandle(later, pool, 0);
      Stepping asking =
          new Stepping(
              () -> {
                pool.wakeUpAfter(first, 1_000);
                pool.wakeUpAfter(second, 2_000_000);
                pool.forgetWakeUp(first);
              });
      new StepHandle(asking, pool, 0).wakeUp();
      Awaitility.await().until(() -> later.steps.get() == 1);
      assertThat(forgotten.steps.get()).isZero();
    }
  }

  /** Each comes at another moment of the thread's going to sleep, and nothing else wakes it. */
  @Test
  void noWakeUpFromOutsideIsLost() {
    try (WorkerPool pool = new WorkerPool(1, (name, trace) -> {})) {
      Stepping stepping = new Stepping(() -> {});
      StepHandle handle = new StepHandle(stepping, pool, 0);
      for (int i = 0; i < 20_000; i++) {
        long moment = System.nanoTime() + i % 1_000 * 100;
        while (System.nanoTime() < moment) {
          Thread.onSpinWait();
        }
        handle.wakeUp();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (stepping.steps.get() == i) {
          assertThat(System.nanoTime()).as("lost: number %d", i).isLessThan(end);
          Thread.onSpinWait();
        }
      }
    }
  }

  /** One thread: none looks in its place. */
  @Test
  void noTimeIsLost() {
    try (WorkerPool pool = new WorkerPool(1, (name, trace) -> {})) {
      List<Timed> timed = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        timed.add(new Timed(pool, 0, early -> {}, 2_000));
        timed.get(i).handle.wakeUp();
      }
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> timed.stream().allMatch(one -> one.left.get() == 0));
    }
  }

  /** Handles that wake themselves after times, and rings of handles that wake one another. */
  @Test
  void noWakeUpIsLostAmongTimesAndThreads() {
    try (WorkerPool pool = new WorkerPool(3, (name, trace) -> {})) {
      List<Timed> timed = new ArrayList<>();
      List<AtomicLong> rounds = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Timed next = new Timed(pool, i, early -> {}, 2_000);
        timed.add(next);
        next.handle.wakeUp();
        rounds.add(ring(pool, 3, 30_000));
      }
      Awaitility.await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                pool.renewThreads();
                return timed.stream().allMatch(one -> one.left.get() == 0)
                    && rounds.stream().allMatch(left -> left.get() <= 0);
              });
    }
  }

  /** Handles that wake one another in turn, so many times in all; what is left of them. */
  private static AtomicLong ring(WorkerPool pool, int handles, long times) {
    AtomicLong left = new AtomicLong(times);
    List<StepHandle> ring = new ArrayList<>();
    for (int i = 0; i < handles; i++) {
      int next = (i + 1) % handles;
      Stepping step =
          new Stepping(
              () -> {
                if (left.decrementAndGet() > 0) {
                  ring.get(next).wakeUp();
                }
              });
      ring.add(new StepHandle(step, pool, i));
    }
    ring.get(0).wakeUp();
    return left;
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

  /** Until the workers sleep without a timeout. There are no others: pools are closed. */
  private static void awaitSleep() {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .until(() -> !workers().isEmpty() && workers().equals(asleep(Thread.State.WAITING)));
  }

  private static Set<Thread> workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("millrace-worker-"))
        .collect(Collectors.toSet());
  }

  private static Set<Thread> asleep(Thread.State state) {
    return workers().stream()
        .filter(thread -> thread.getState() == state)
        .collect(Collectors.toSet());
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

  /** Has itself woken up after times of all lengths, and tells how much too early it was. */
  private static final class Timed implements Steppable {
    private final WorkerPool pool;
    private final StepHandle handle;
    private final Consumer<Long> told;
    private final AtomicLong left;
    private long due;

    Timed(WorkerPool pool, int affinity, Consumer<Long> told, long wakeUps) {
      this.pool = pool;
      this.handle = new StepHandle(this, pool, affinity);
      this.told = told;
      this.left = new AtomicLong(wakeUps);
    }

    @Override
    public boolean step() {
      if (due != 0) {
        told.accept(due - System.nanoTime());
        if (left.decrementAndGet() == 0) {
          return false;
        }
      }
      long delay = left.get() * 7919 % 13 * 25_000;
      due = System.nanoTime() + delay;
      pool.wakeUpAfter(handle, delay);
      return false;
    }

    @Override
    public String name() {
      return "timed";
    }
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
