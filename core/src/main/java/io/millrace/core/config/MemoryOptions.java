package io.millrace.core.config;

import java.util.List;
import java.util.Optional;

/**
 * What a process may take of its machine's memory. One number; its parts are derived from it unless
 * they are set.
 */
public final class MemoryOptions {
  public static final ConfigOption<Optional<MemorySize>> PROCESS_MEMORY =
      ConfigOption.optionalMemory(
          "process.memory",
          "All memory of one TaskManager process: heap, RocksDB and everything else, as the system "
              + "counts it (resident size). 'none' is what the parts add up to if taskmanager.heap is "
              + "set, else half of what the machine or container has, divided by the TaskManagers "
              + "that are started together, and 2 GiB at most.");
  public static final ConfigOption<Optional<MemorySize>> HEAP =
      ConfigOption.optionalMemory(
          "taskmanager.heap",
          "Heap of a TaskManager's Java machine (-Xmx). 'none' is what process.memory leaves when "
              + "the other parts are taken off.");
  public static final ConfigOption<Optional<MemorySize>> METASPACE =
      ConfigOption.optionalMemory(
          "taskmanager.metaspace",
          "Classes of a TaskManager (-XX:MaxMetaspaceSize). 'none' is a twelfth of process.memory, "
              + "128 MiB at least and 256 MiB at most.");
  public static final ConfigOption<Optional<MemorySize>> CODE_CACHE =
      ConfigOption.optionalMemory(
          "taskmanager.code-cache",
          "Compiled code of a TaskManager (-XX:ReservedCodeCacheSize). 'none' is a sixteenth of "
              + "process.memory, 48 MiB at least and 240 MiB at most.");
  public static final ConfigOption<Optional<MemorySize>> DIRECT_MEMORY =
      ConfigOption.optionalMemory(
          "taskmanager.direct-memory",
          "Buffers of a TaskManager beside the heap, for network and files "
              + "(-XX:MaxDirectMemorySize; Netty counts against it). 'none' is a sixteenth of "
              + "process.memory, 32 MiB at least and 1 GiB at most.");
  public static final ConfigOption<Optional<MemorySize>> RESERVE =
      ConfigOption.optionalMemory(
          "taskmanager.reserve",
          "What a TaskManager has for all that has no limit of its own: the Java machine itself, "
              + "stacks, compilers, the collector's tables, RocksDB outside its cache, and what the "
              + "system's allocator can't reuse. 'none' is 96 MiB and a sixteenth of process.memory. "
              + "More for jobs that use native libraries.");
  public static final ConfigOption<MemorySize> JOB_MANAGER_MEMORY =
      ConfigOption.memory(
          "jobmanager.memory",
          "512 MiB",
          "All memory of the JobManager's process, if jobmanager.heap is not set.");
  public static final ConfigOption<Optional<MemorySize>> JOB_MANAGER_HEAP =
      ConfigOption.optionalMemory(
          "jobmanager.heap",
          "Heap of the JobManager's Java machine (-Xmx). 'none' is what jobmanager.memory leaves "
              + "when the other parts are taken off.");

  static final OptionGroup GROUP =
      new OptionGroup(
          "Memory",
          "One number for a process, and its parts for those who want to set them. "
              + "[memory.md](memory.md) has the whole picture; every process prints its parts at its "
              + "start.",
          List.of(
              PROCESS_MEMORY,
              HEAP,
              METASPACE,
              CODE_CACHE,
              DIRECT_MEMORY,
              RESERVE,
              JOB_MANAGER_MEMORY,
              JOB_MANAGER_HEAP));

  private MemoryOptions() {}
}
