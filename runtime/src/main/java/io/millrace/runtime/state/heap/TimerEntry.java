package io.millrace.runtime.state.heap;

import io.millrace.runtime.state.Timer;

/** A timer in a {@link TimerGroup}; immutable but for its place in the heap. */
final class TimerEntry<N> implements Timer<N> {
  private final long timestamp;
  private final long sequence;
  private final long longKey;
  private final Object objectKey;
  private final int hash;
  private final N namespace;
  // Only the task thread looks at this; a cut doesn't.
  int place;

  TimerEntry(long timestamp, long sequence, long longKey, Object objectKey, int hash, N namespace) {
    this.timestamp = timestamp;
    this.sequence = sequence;
    this.longKey = longKey;
    this.objectKey = objectKey;
    this.hash = hash;
    this.namespace = namespace;
  }

  @Override
  public long timestamp() {
    return timestamp;
  }

  @Override
  public N namespace() {
    return namespace;
  }

  @Override
  public int hash() {
    return hash;
  }

  @Override
  public long longKey() {
    return longKey;
  }

  @Override
  public Object objectKey() {
    return objectKey;
  }

  boolean isBefore(TimerEntry<N> other) {
    return timestamp != other.timestamp ? timestamp < other.timestamp : sequence < other.sequence;
  }

  static int compare(TimerEntry<?> left, TimerEntry<?> right) {
    int byTime = Long.compare(left.timestamp, right.timestamp);
    return byTime != 0 ? byTime : Long.compare(left.sequence, right.sequence);
  }
}
