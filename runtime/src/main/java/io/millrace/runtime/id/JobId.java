package io.millrace.runtime.id;

import java.util.Objects;

/** Names a job for its whole life, across restarts and JobManagers: 16 hexadecimal digits. */
public record JobId(String value) implements Comparable<JobId> {
  public JobId {
    Objects.requireNonNull(value, "value");
    if (!value.matches("[0-9a-f]{16}")) {
      throw new IllegalArgumentException("A job id is 16 hexadecimal digits, not '" + value + "'");
    }
  }

  public static JobId of(long bits) {
    return new JobId(String.format("%016x", bits));
  }

  @Override
  public int compareTo(JobId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
