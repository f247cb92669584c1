package io.millrace.runtime.memory;

import io.millrace.core.config.MemorySize;

/** The memory of a TaskManager that nobody has set. */
public final class DefaultMemory {
  /** More is for those who say so: a process that is only tried out should not take a machine. */
  private static final MemorySize MOST = MemorySize.ofMebibytes(2048);

  private DefaultMemory() {}

  /**
   * Half of the machine, divided, and 2 GiB at most; in whole MiB.
   *
   * @param machine memory of the machine or container
   * @param taskManagers that are started together
   */
  public static MemorySize of(MemorySize machine, int taskManagers) {
    long mebibytes = (machine.bytes() >> 20) / 2 / Math.max(1, taskManagers);
    return MemorySize.ofMebibytes(Math.min(mebibytes, MOST.bytes() >> 20));
  }
}
