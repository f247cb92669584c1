package io.millrace.runtime.exchange.netty;

import java.util.concurrent.atomic.AtomicLong;

/** What the channels of a process may be allowed beyond their own share, in bytes. Any thread. */
final class FloatingBudget {
  private final AtomicLong free;

  FloatingBudget(long bytes) {
    this.free = new AtomicLong(bytes);
  }

  /** Takes all or nothing. */
  boolean take(long bytes) {
    while (true) {
      long now = free.get();
      if (bytes > now) {
        return false;
      }
      if (free.compareAndSet(now, now - bytes)) {
        return true;
      }
    }
  }

  void giveBack(long bytes) {
    free.addAndGet(bytes);
  }

  long free() {
    return free.get();
  }
}
