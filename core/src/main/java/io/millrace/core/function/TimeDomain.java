package io.millrace.core.function;

/** Which clock a timer belongs to. */
public enum TimeDomain {
  EVENT_TIME,
  PROCESSING_TIME
}
