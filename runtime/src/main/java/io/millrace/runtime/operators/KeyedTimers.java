package io.millrace.runtime.operators;

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
    this.eventTime = state.timers("$timers.event-time");
    this.processingTime = state.timers("$timers.processing-time");
    scheduleNext();
  }

  /** Removes the next event-time timer at or before the watermark and makes its key current. */
  public boolean advanceEventTime(long watermark) {
    return advance(eventTime, watermark);
  }

  /** The same in processing time. */
  public boolean advanceProcessingTime(long now) {
    return advance(processingTime, now);
  }

  /** The time of the timer that was last made current, in milliseconds. */
  public long firedTimestamp() {
    return fired;
  }

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
  public void scheduleNext() {
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
