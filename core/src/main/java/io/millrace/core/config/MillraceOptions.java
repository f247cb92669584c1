package io.millrace.core.config;

import java.util.List;

/** Every option there is, in the order of the documentation. */
public final class MillraceOptions {
  private MillraceOptions() {}

  public static List<OptionGroup> groups() {
    return List.of(
        ExecutionOptions.GROUP,
        CheckpointOptions.GROUP,
        S3Options.GROUP,
        StateOptions.GROUP,
        RestartOptions.GROUP,
        MemoryOptions.GROUP,
        RestOptions.GROUP,
        JobManagerOptions.GROUP,
        TaskManagerOptions.GROUP,
        ProcessOptions.GROUP);
  }
}
