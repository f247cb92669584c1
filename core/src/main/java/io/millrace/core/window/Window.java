package io.millrace.core.window;

/** A finite set of event times. */
public interface Window {
  /**
   * The last millisecond that belongs to the window; it is complete when the watermark reaches it.
   */
  long maxTimestamp();
}
