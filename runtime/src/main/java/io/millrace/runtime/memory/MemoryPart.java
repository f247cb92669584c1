package io.millrace.runtime.memory;

import io.millrace.core.config.MemorySize;

/**
 * What a process may take for one purpose.
 *
 * @param name as in the log and the metrics: "heap"
 * @param option that sets it
 * @param isSet whether it was set rather than derived
 */
public record MemoryPart(String name, String option, MemorySize size, boolean isSet) {
  MemoryPart plus(long bytes) {
    return new MemoryPart(name, option, new MemorySize(size.bytes() + bytes), isSet);
  }

  /** For messages: {@code heap 128 MiB}. */
  @Override
  public String toString() {
    return name + " " + size;
  }
}
