package io.millrace.core.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Checkpoints and savepoints. A job's own settings in its program win. */
public final class CheckpointOptions {
  public static final ConfigOption<Optional<String>> DIRECTORY =
      ConfigOption.optionalString(
          "checkpoint.directory",
          "Where checkpoints are kept; all processes must reach it: a directory, or such as "
              + "s3://bucket/directory. 'none' is a directory of the cluster's run directory.");
  public static final ConfigOption<Optional<String>> SAVEPOINT_DIRECTORY =
      ConfigOption.optionalString(
          "checkpoint.savepoint-directory",
          "Where savepoints go that name no directory: one, or such as s3://bucket/directory. "
              + "'none' is a directory beside the checkpoints.");
  public static final ConfigOption<Optional<Duration>> INTERVAL =
      ConfigOption.optionalDuration(
          "checkpoint.interval",
          "Time between the starts of two checkpoints of jobs that set none; 'none' for no periodic "
              + "checkpoints.");
  public static final ConfigOption<Duration> TIMEOUT =
      ConfigOption.duration(
          "checkpoint.timeout", "10 min", "After which a checkpoint that is not done is given up.");
  public static final ConfigOption<Optional<Duration>> ALIGNMENT_TIMEOUT =
      ConfigOption.optionalDuration(
          "checkpoint.alignment-timeout",
          "1 s",
          "How long a barrier may wait in a subtask before it overtakes the records in front of it, "
              + "which become part of the checkpoint then (it is unaligned); 0 s for at once, "
              + "'none' for never. Savepoints are always aligned, and so is every exchange but by "
              + "key, round-robin and to one subtask.");
  public static final ConfigOption<Duration> MIN_PAUSE =
      ConfigOption.duration(
          "checkpoint.min-pause", "0 s", "Time between the end of one and the start of the next.");
  public static final ConfigOption<Integer> RETAINED =
      ConfigOption.integer(
          "checkpoint.retained", 1, 1_000, "3", "Completed checkpoints that are kept.");
  public static final ConfigOption<Integer> TOLERABLE_FAILURES =
      ConfigOption.integer(
          "checkpoint.tolerable-failures",
          0,
          Integer.MAX_VALUE,
          "3",
          "Checkpoints that may fail in a row before the job is restarted.");

  public static final ConfigOption<Boolean> INCREMENTAL =
      ConfigOption.bool(
          "checkpoint.incremental",
          true,
          "Whether checkpoints of RocksDB state share the database's files with the ones before, "
              + "in place of writing all state again. Set for TaskManagers; savepoints are always "
              + "whole, and state on the heap is.");

  static final OptionGroup GROUP =
      new OptionGroup(
          "Checkpoints",
          "Where and how often state is made durable. What a job's program sets wins.",
          List.of(
              DIRECTORY,
              SAVEPOINT_DIRECTORY,
              INTERVAL,
              TIMEOUT,
              ALIGNMENT_TIMEOUT,
              MIN_PAUSE,
              RETAINED,
              TOLERABLE_FAILURES,
              INCREMENTAL));

  private CheckpointOptions() {}
}
