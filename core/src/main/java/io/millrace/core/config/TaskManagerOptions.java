package io.millrace.core.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The TaskManager processes. */
public final class TaskManagerOptions {
  public static final ConfigOption<String> HOST =
      ConfigOption.string(
          "taskmanager.host",
          "127.0.0.1",
          "Address other TaskManagers reach this one at, and it listens on.");
  public static final ConfigOption<Integer> SLOTS =
      ConfigOption.integer(
          "taskmanager.slots", 1, 1024, "2", "Slots: how many parallel pipelines it runs.");
  public static final ConfigOption<Integer> DATA_PORT =
      ConfigOption.port(
          "taskmanager.data-port",
          "0",
          "Port other TaskManagers send records to; 0 takes a free one.");
  public static final ConfigOption<Integer> METRICS_PORT =
      ConfigOption.port(
          "taskmanager.metrics-port", "0", "Port of its /metrics page; 0 takes a free one.");
  public static final ConfigOption<Optional<String>> WORK_DIRECTORY =
      ConfigOption.optionalString(
          "taskmanager.work-directory",
          "Where fetched job jars and spilled data are kept while it runs. 'none' is the system's "
              + "temporary directory.");
  public static final ConfigOption<Duration> HEARTBEAT_INTERVAL =
      ConfigOption.duration(
          "taskmanager.heartbeat-interval",
          "1 s",
          "How often it reports to the JobManager that it lives, and what its tasks have counted.");
  public static final ConfigOption<String> JVM_OPTIONS =
      ConfigOption.string(
          "taskmanager.jvm-options",
          "-XX:+UseParallelGC",
          "Options of its Java machine, separated by spaces. What limits memory is refused here: it "
              + "is derived from process.memory.");
  public static final ConfigOption<Integer> BATCH_RECORDS =
      ConfigOption.integer(
          "taskmanager.batch-records",
          1,
          512,
          "512",
          "Most records that one subtask hands to another at a time. Fewer cost processor time and "
              + "change no result; to be lowered only to see whether a fault is in how records are "
              + "put together.");
  public static final ConfigOption<Boolean> CLASS_COPIES =
      ConfigOption.bool(
          "taskmanager.class-copies",
          true,
          "Whether each operator of a job runs on a copy of its class, which is compiled for its "
              + "functions alone. Without, jobs are slower and their results the same; to be turned "
              + "off only to see whether a fault is in that.");

  static final OptionGroup GROUP =
      new OptionGroup(
          "TaskManager",
          "The processes that run the tasks.",
          List.of(
              HOST,
              SLOTS,
              DATA_PORT,
              METRICS_PORT,
              JVM_OPTIONS,
              WORK_DIRECTORY,
              HEARTBEAT_INTERVAL,
              BATCH_RECORDS,
              CLASS_COPIES));

  private TaskManagerOptions() {}
}
