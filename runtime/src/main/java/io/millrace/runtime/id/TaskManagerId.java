package io.millrace.runtime.id;

import java.util.Objects;

/** Names one TaskManager process; a restarted process has a new id. */
public record TaskManagerId(String value) implements Comparable<TaskManagerId> {
  public TaskManagerId {
    Objects.requireNonNull(value, "value");
  }

  @Override
  public int compareTo(TaskManagerId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
