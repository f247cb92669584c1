package io.millrace.runtime.id;

/**
 * Number of a checkpoint or savepoint; strictly increasing over the life of a job (invariant CC1).
 */
public record CheckpointId(long value) implements Comparable<CheckpointId> {
  public CheckpointId {
    if (value <= 0) {
      throw new IllegalArgumentException("Checkpoint ids start at 1, not " + value);
    }
  }

  public boolean isBefore(CheckpointId other) {
    return value < other.value;
  }

  public CheckpointId next() {
    return new CheckpointId(value + 1);
  }

  @Override
  public int compareTo(CheckpointId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
