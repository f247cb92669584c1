package io.millrace.jobmanager.enumerator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Knows which calls of user code run and since when. Safe for use by any thread. */
final class CallWatch {
  private final LongSupplier nanoClock;
  private final Runnable entered;
  private final Set<Call> running = ConcurrentHashMap.newKeySet();

  /**
   * @param entered runs after each call has begun, on its thread
   */
  CallWatch(LongSupplier nanoClock, Runnable entered) {
    this.nanoClock = nanoClock;
    this.entered = entered;
  }

  /** A call that runs now; closing it says that it has returned. */
  final class Call implements AutoCloseable {
    private final Enumerator of;
    private final String name;
    private final Thread thread = Thread.currentThread();
    private final long started = nanoClock.getAsLong();
    private final Duration deadline;

    private Call(Enumerator of, String name, Duration deadline) {
      this.of = of;
      this.name = name;
      this.deadline = deadline;
    }

    Enumerator enumerator() {
      return of;
    }

    String description() {
      return name + " has not returned within " + deadline.toMillis() + " ms";
    }

    String stack() {
      return Arrays.stream(thread.getStackTrace())
          .map(frame -> "\tat " + frame)
          .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
      running.remove(this);
    }
  }

  /** The current thread calls user code now. */
  Call enter(Enumerator of, String name, Duration deadline) {
    Call call = new Call(of, name, deadline);
    running.add(call);
    entered.run();
    return call;
  }

  /** Whether any call has yet to return that somebody still waits for. */
  boolean isAnyAwaited() {
    return running.stream().anyMatch(call -> !call.of.calls().isAbandoned());
  }

  List<Call> overdue() {
    long now = nanoClock.getAsLong();
    List<Call> overdue = new ArrayList<>();
    for (Call call : running) {
      if (now - call.started > call.deadline.toNanos()) {
        overdue.add(call);
      }
    }
    return overdue;
  }
}
