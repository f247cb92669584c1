package io.millrace.runtime.memory;

import com.sun.management.OperatingSystemMXBean;
import io.millrace.core.config.MemorySize;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What the system says of memory. */
public final class MachineMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private MachineMemory() {}

  /** All memory of the machine, or of the container if that has less. */
  public static MemorySize total() {
    return new MemorySize(
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize());
  }

  /** Bytes of memory that this process has now; empty where the system doesn't tell. */
  public static OptionalLong resident() {
    try {
      return resident(Files.readString(STATUS));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * @param status as Linux writes {@code /proc/PID/status}
   */
  static OptionalLong resident(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .filter(digits -> !digits.isEmpty())
        .mapToLong(digits -> Long.parseLong(digits) << 10)
        .findFirst();
  }
}
