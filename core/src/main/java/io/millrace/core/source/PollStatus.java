package io.millrace.core.source;

/** What a poll found. */
public enum PollStatus {
  /** Poll again. */
  MORE_AVAILABLE,
  /** Nothing now; {@link SourceReaderContext#wakeUp} will be called. */
  NOTHING_AVAILABLE,
  /** All splits were read and no more will come. */
  END_OF_INPUT
}
