package io.millrace.core.function;

/** Time and timers of the current key. */
public interface TimerService {
  /** Milliseconds since the epoch, from the subtask's clock, looked at once a batch. */
  long currentProcessingTime();

  /**
   * The operator's event-time watermark in milliseconds; {@link Long#MIN_VALUE} before the first.
   */
  long currentWatermark();

  /**
   * Registers an event-time timer for the current key; registering the same time twice is one
   * timer.
   */
  void registerEventTimeTimer(long timestamp);

  void registerProcessingTimeTimer(long timestamp);

  void deleteEventTimeTimer(long timestamp);

  void deleteProcessingTimeTimer(long timestamp);
}
