package io.millrace.runtime.memory;

import io.millrace.core.config.ConfigOption;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.JobManagerOptions;
import io.millrace.core.config.MemoryOptions;
import io.millrace.core.config.MemorySize;
import io.millrace.core.config.StateOptions;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.core.state.StateBackend;
import io.millrace.runtime.memory.MemoryRule.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The memory of a process and its parts: what was set is as it was set, everything else is derived,
 * and the heap is what is left. The launcher makes the Java machine's options of it, and the
 * process, from the same configuration, the same plan.
 */
public final class MemoryPlan {
  private static final String HEAP = "heap";
  private static final String METASPACE = "metaspace";
  private static final String CODE_CACHE = "code cache";
  private static final String DIRECT = "direct memory";
  private static final String ROCKSDB = "RocksDB";
  private static final String RESERVE = "reserve";

  private static final List<String> LIMITS =
      List.of(
          "-Xmx",
          "-XX:MaxHeapSize=",
          "-XX:MaxRAM",
          "-XX:MaxMetaspaceSize=",
          "-XX:ReservedCodeCacheSize=",
          "-XX:MaxDirectMemorySize=");

  /** All of Netty's buffers count as the Java machine's own do, rather than beside them. */
  private static final String NETTY = "-Dio.netty.maxDirectMemory=0";

  private static final String NETTY_OF_GRPC = "-Dio.grpc.netty.shaded.io.netty.maxDirectMemory=0";

  private final MemoryWhole whole;
  private final List<MemoryPart> parts;
  private final RocksDbMemory rocksDb;
  private final List<String> extraOptions;

  private MemoryPlan(
      MemoryWhole whole, List<MemoryPart> parts, RocksDbMemory rocksDb, List<String> extraOptions) {
    this.whole = whole;
    this.parts = List.copyOf(parts);
    this.rocksDb = rocksDb;
    this.extraOptions = extraOptions;
  }

  /**
   * Of a TaskManager.
   *
   * @param byDefault if neither the whole nor the heap is set
   * @throws ConfigurationException if the parts don't fit, naming the options and the remedy
   */
  public static MemoryPlan ofTaskManager(
      Configuration configuration, Supplier<MemorySize> byDefault) {
    String option = MemoryOptions.PROCESS_MEMORY.key();
    refuseLimits(configuration, TaskManagerOptions.JVM_OPTIONS, option);
    // With another backend it is for jobs that ask for RocksDB in their program.
    boolean rocksDb = configuration.get(StateOptions.BACKEND) == StateBackend.ROCKSDB;
    List<MemoryRule> rules =
        List.of(
            rule(METASPACE, MemoryOptions.METASPACE, configuration, Share.ofWhole(833, 128, 256)),
            rule(CODE_CACHE, MemoryOptions.CODE_CACHE, configuration, Share.ofWhole(625, 48, 240)),
            rule(DIRECT, MemoryOptions.DIRECT_MEMORY, configuration, Share.ofWhole(625, 32, 1024)),
            rule(RESERVE, MemoryOptions.RESERVE, configuration, Share.plus(96, 625)),
            new MemoryRule(
                ROCKSDB,
                StateOptions.BLOCK_CACHE.key(),
                configuration.find(StateOptions.BLOCK_CACHE),
                Share.ofRest(rocksDb ? 4_000 : 1_500, 16)));
    MemoryWhole.Heap heap =
        new MemoryWhole.Heap(MemoryOptions.HEAP.key(), configuration.get(MemoryOptions.HEAP));
    MemoryWhole whole =
        MemoryWhole.find(
            "TaskManager",
            option,
            configuration.get(MemoryOptions.PROCESS_MEMORY),
            byDefault,
            heap,
            rules);
    List<MemoryPart> parts = whole.divide(heap, rules, RESERVE);
    return new MemoryPlan(
        whole,
        parts,
        RocksDbMemory.of(configuration, size(parts, HEAP), size(parts, ROCKSDB)),
        List.of(NETTY, NETTY_OF_GRPC));
  }

  /**
   * Of the JobManager.
   *
   * @throws ConfigurationException if the parts don't fit, naming the options and the remedy
   */
  public static MemoryPlan ofJobManager(Configuration configuration) {
    String option = MemoryOptions.JOB_MANAGER_MEMORY.key();
    refuseLimits(configuration, JobManagerOptions.JVM_OPTIONS, option);
    List<MemoryRule> rules =
        List.of(
            derived(METASPACE, option, Share.ofWhole(1_666, 64, 256)),
            derived(CODE_CACHE, option, Share.ofWhole(625, 32, 240)),
            derived(DIRECT, option, Share.ofWhole(625, 32, 1024)),
            derived(RESERVE, option, Share.plus(64, 625)));
    MemoryWhole.Heap heap =
        new MemoryWhole.Heap(
            MemoryOptions.JOB_MANAGER_HEAP.key(),
            configuration.get(MemoryOptions.JOB_MANAGER_HEAP));
    MemoryWhole whole =
        MemoryWhole.find(
            "JobManager",
            option,
            configuration.find(MemoryOptions.JOB_MANAGER_MEMORY),
            () -> configuration.get(MemoryOptions.JOB_MANAGER_MEMORY),
            heap,
            rules);
    return new MemoryPlan(
        whole, whole.divide(heap, rules, RESERVE), RocksDbMemory.NONE, List.of(NETTY_OF_GRPC));
  }

  private static MemoryRule rule(
      String name,
      ConfigOption<Optional<MemorySize>> option,
      Configuration configuration,
      Share share) {
    return new MemoryRule(name, option.key(), configuration.get(option), share);
  }

  private static MemoryRule derived(String name, String option, Share share) {
    return new MemoryRule(name, option, Optional.empty(), share);
  }

  private static void refuseLimits(
      Configuration configuration, ConfigOption<String> jvmOptions, String memoryOption) {
    for (String flag : configuration.get(jvmOptions).split("\\s+")) {
      if (LIMITS.stream().anyMatch(flag::startsWith)) {
        throw new ConfigurationException(
            jvmOptions.key()
                + " has "
                + flag
                + ", a limit that is derived from "
                + memoryOption
                + ". Take it out; the section on memory in docs/configuration.md has an option for"
                + " what can be set");
      }
    }
  }

  private static MemorySize size(List<MemoryPart> parts, String name) {
    Optional<MemoryPart> found = parts.stream().filter(p -> p.name().equals(name)).findFirst();
    return found.orElseThrow().size();
  }

  /** All memory of the process. */
  public MemorySize total() {
    return whole.size();
  }

  /** What it is divided into, the heap first. */
  public List<MemoryPart> parts() {
    return parts;
  }

  /** Of buffers beside the heap. */
  public MemorySize directMemory() {
    return size(parts, DIRECT);
  }

  /** What the Java machine is to be started with. */
  public List<String> jvmOptions() {
    List<String> options = new ArrayList<>();
    options.add("-Xmx" + size(parts, HEAP).bytes());
    options.add("-XX:MaxMetaspaceSize=" + size(parts, METASPACE).bytes());
    options.add("-XX:ReservedCodeCacheSize=" + size(parts, CODE_CACHE).bytes());
    options.add("-XX:MaxDirectMemorySize=" + directMemory().bytes());
    options.addAll(extraOptions);
    return options;
  }

  /**
   * Those of {@link #jvmOptions} that a Java machine was not started with.
   *
   * @param given what it was started with
   */
  public List<String> missing(List<String> given) {
    return jvmOptions().stream().filter(option -> !given.contains(option)).toList();
  }

  /** The configuration with what RocksDB state gets. For a TaskManager. */
  public Configuration appliedTo(Configuration configuration) {
    return rocksDb.appliedTo(configuration);
  }

  /** The whole, and where it is from. */
  public String summary() {
    return whole.size() + " (" + whole.origin() + ")";
  }

  /** For the log: the whole in one line, then a line a part. */
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    lines.add("Memory of the " + whole.process() + ": " + summary());
    for (MemoryPart part : parts) {
      lines.add(
          String.format(
              "  %-14s %10s%s%s",
              part.name(),
              inMebibytes(part.size()),
              part.isSet() ? "  (" + part.option() + ")" : "",
              within(part)));
    }
    return lines;
  }

  private String within(MemoryPart part) {
    if (rocksDb.equals(RocksDbMemory.NONE)) {
      return "";
    }
    return switch (part.name()) {
      case HEAP -> "  of it objects of RocksDB state: " + inMebibytes(rocksDb.objects());
      case ROCKSDB -> "  of it write buffers: " + inMebibytes(rocksDb.writeBuffers());
      default -> "";
    };
  }

  private static String inMebibytes(MemorySize size) {
    return (size.bytes() >> 20) + " MiB";
  }
}
