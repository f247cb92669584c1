package io.millrace.process.memory;

import io.millrace.client.process.RunDirectory.ClusterProcess;
import io.millrace.core.config.MemorySize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Memory of a process as Linux counts it.
 *
 * @param now bytes that are resident
 * @param peak the most there were since its start, which no sample misses
 */
record ProcessSize(MemorySize now, MemorySize peak) {
  static ProcessSize of(ClusterProcess process) throws IOException {
    try {
      String status = Files.readString(Path.of("/proc", Long.toString(process.pid()), "status"));
      Optional<MemorySize> now = field(status, "VmRSS:");
      if (now.isPresent()) {
        return new ProcessSize(now.get(), field(status, "VmHWM:").orElseThrow());
      }
    } catch (NoSuchFileException e) {
      // As told below.
    }
    throw new AssertionError("The " + process.role() + " died; its log: " + process.log());
  }

  /** A process that has died and was not collected yet has none. */
  private static Optional<MemorySize> field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> MemorySize.parse(line.substring(name.length())))
        .findFirst();
  }
}
