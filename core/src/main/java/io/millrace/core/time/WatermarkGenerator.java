package io.millrace.core.time;

/** Makes the watermark of one split. Called by the subtask's thread. */
public interface WatermarkGenerator<T> {
  /** Sees each record of the split. */
  void onEvent(T event, long eventTimestamp);

  /**
   * The watermark now, in milliseconds: no record at or below it is expected. Asked once a batch;
   * need not be monotone.
   */
  long currentWatermark();
}
