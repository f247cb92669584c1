package io.millrace.core.source;

/** Whether a source ends. */
public enum Boundedness {
  BOUNDED,
  CONTINUOUS_UNBOUNDED
}
