package io.millrace.core.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The JobManager process. */
public final class JobManagerOptions {
  public static final ConfigOption<String> HOST =
      ConfigOption.string(
          "jobmanager.host", "127.0.0.1", "Address TaskManagers reach the JobManager at.");
  public static final ConfigOption<Integer> RPC_PORT =
      ConfigOption.port(
          "jobmanager.rpc-port", "0", "Port TaskManagers connect to; 0 takes a free one.");
  public static final ConfigOption<Optional<String>> HA_DIRECTORY =
      ConfigOption.optionalString(
          "jobmanager.ha-directory",
          "Where job graphs, jars and checkpoint pointers are kept, so that a restarted JobManager "
              + "recovers its jobs. 'none' is a directory of the cluster's run directory.");
  public static final ConfigOption<Duration> HEARTBEAT_TIMEOUT =
      ConfigOption.duration(
          "jobmanager.heartbeat-timeout",
          "10 s",
          "A TaskManager that was not heard of for so long is taken for dead.");
  public static final ConfigOption<Integer> RETAINED_JOBS =
      ConfigOption.integer(
          "jobmanager.retained-jobs",
          0,
          100_000,
          "100",
          "Finished jobs that are still listed; the oldest are forgotten first.");
  public static final ConfigOption<String> JVM_OPTIONS =
      ConfigOption.string(
          "jobmanager.jvm-options",
          "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
          "Options of its Java machine, separated by spaces. What limits memory is refused here: it "
              + "is derived from jobmanager.memory.");

  static final OptionGroup GROUP =
      new OptionGroup(
          "JobManager",
          "The process that schedules jobs.",
          List.of(HOST, RPC_PORT, JVM_OPTIONS, HA_DIRECTORY, HEARTBEAT_TIMEOUT, RETAINED_JOBS));

  private JobManagerOptions() {}
}
