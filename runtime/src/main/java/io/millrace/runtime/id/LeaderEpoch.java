package io.millrace.runtime.id;

/** Fencing token of a JobManager's leadership; larger for each later leader (invariant HB1). */
public record LeaderEpoch(long value) {
  @Override
  public String toString() {
    return Long.toString(value);
  }
}
