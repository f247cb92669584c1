package io.millrace.runtime.operators;

import io.millrace.core.function.TimeDomain;
import io.millrace.core.function.TimerService;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.NoNamespace;
import io.millrace.runtime.state.Timer;
import io.millrace.runtime.state.TimerQueue;
import java.util.Optional;

/**
 * The timers of a keyed operator in both time domains; what its function sees as its timer service.
 * They are state: part of every snapshot. Owned by the operator's subtask.
 */
public final class KeyedTimers implements TimerService {
  private final OperatorContext context;
  private final KeyedStateBackend<?> state;
  private final TimerQueue<NoNamespace> eventTime;
  private final TimerQueue<NoNamespace> processingTime;
  private long fired;

  /** To be made in {@code open}: it restores the timers. */
  public KeyedTimers(OperatorContext context) {
    this.context = context;
    this.state = context.keyedState();
    this.eventTime = state.timers(nameOf(TimeDomain.EVENT_TIME));
    this.processingTime = state.timers(nameOf(TimeDomain.PROCESSING_TIME));
    scheduleNext();
  }

  /** What the timers are called in snapshots. */
  public static String nameOf(TimeDomain domain) {
    return switch (domain) {
      case EVENT_TIME -> "$timers.event-time";
      case PROCESSING_TIME -> "$timers.processing-time";
    };
  }

  /** What an operator does with each of its timers. */
  public interface Firing {
    /** A timer is due, and its key current. */
    void fire(long time, TimeDomain domain) throws Exception;
  }

  /**
   * Fires all event-time timers up to the watermark.
   *
   * @return false if the outputs have no room, or the step no time: then it is to be called again
   */
  public boolean fireEventTime(long watermark, Firing operator) throws Exception {
    return fire(eventTime, watermark, TimeDomain.EVENT_TIME, operator);
  }

  /** The same in processing time; asks to be called when the next one is due. */
  public boolean fireProcessingTime(long now, Firing operator) throws Exception {
    if (!fire(processingTime, now, TimeDomain.PROCESSING_TIME, operator)) {
      return false;
    }
    scheduleNext();
    return true;
  }

  private boolean fire(
      TimerQueue<NoNamespace> queue, long reached, TimeDomain domain, Firing operator)
      throws Exception {
    // KG4: a firing timer may register more; one at a time, so that a burst can stop in the middle.
    while (advance(queue, reached)) {
      operator.fire(fired, domain);
      if (!context.mayGoOn()) {
        return false;
      }
    }
    return true;
  }

  /** Removes the next timer at or before the time and makes its key current. */
  private boolean advance(TimerQueue<NoNamespace> queue, long time) {
    if (queue.peekTimestamp() > time || queue.isEmpty()) {
      return false;
    }
    Optional<Timer<NoNamespace>> due = queue.pollDue(time);
    if (due.isEmpty()) {
      return false;
    }
    state.setCurrentKey(due.get());
    fired = due.get().timestamp();
    return true;
  }

  /** Asks to be called when the first processing-time timer is due. */
  private void scheduleNext() {
    if (!processingTime.isEmpty()) {
      context.scheduleProcessingTime(processingTime.peekTimestamp());
    }
  }

  @Override
  public long currentProcessingTime() {
    return context.currentProcessingTime();
  }

  @Override
  public long currentWatermark() {
    return context.currentWatermark();
  }

  @Override
  public void registerEventTimeTimer(long timestamp) {
    eventTime.register(timestamp, NoNamespace.INSTANCE);
  }

  @Override
  public void registerProcessingTimeTimer(long timestamp) {
    if (processingTime.register(timestamp, NoNamespace.INSTANCE)) {
      context.scheduleProcessingTime(timestamp);
    }
  }

  @Override
  public void deleteEventTimeTimer(long timestamp) {
    eventTime.delete(timestamp, NoNamespace.INSTANCE);
  }

  @Override
  public void deleteProcessingTimeTimer(long timestamp) {
    processingTime.delete(timestamp, NoNamespace.INSTANCE);
  }
}
