package io.millrace.runtime.edge;

import io.millrace.runtime.task.StepHandle;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * When which handles are to be woken up: the earliest time of each. Times are nanoseconds of one
 * clock, from 0 on. Safe for use by any thread.
 */
final class WakeUpTimes {
  static final long NEVER = Long.MAX_VALUE;

  /** A time and so many nanoseconds; never, if that is too long to count. */
  static long sum(long time, long nanos) {
    return time < NEVER - nanos ? time + nanos : NEVER;
  }

  private record Entry(StepHandle handle, long time) {}

  /** Guarded by this. */
  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>(Comparator.comparingLong(Entry::time));

  /** Guarded by this. */
  private final Map<StepHandle, Entry> entries = new IdentityHashMap<>();

  private volatile long earliest = NEVER;

  /** The earliest of all; {@link #NEVER} if there is none. Takes no lock. */
  long earliest() {
    return earliest;
  }

  synchronized void add(StepHandle handle, long time) {
    Entry old = entries.get(handle);
    if (old == null || time < old.time) {
      if (old != null) {
        queue.remove(old);
      }
      Entry entry = new Entry(handle, time);
      entries.put(handle, entry);
      queue.add(entry);
      earliest = queue.element().time;
    }
  }

  synchronized void forget(StepHandle handle) {
    Entry entry = entries.remove(handle);
    if (entry != null) {
      queue.remove(entry);
      earliest = queue.isEmpty() ? NEVER : queue.element().time;
    }
  }

  /** Takes one whose time has come. */
  synchronized Optional<StepHandle> take(long now) {
    if (earliest > now) {
      return Optional.empty();
    }
    Entry entry = queue.remove();
    entries.remove(entry.handle);
    earliest = queue.isEmpty() ? NEVER : queue.element().time;
    return Optional.of(entry.handle);
  }
}
