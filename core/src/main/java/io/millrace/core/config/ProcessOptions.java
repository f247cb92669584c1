package io.millrace.core.config;

import java.util.List;
import java.util.Optional;

/** How a process of the cluster gets on with whoever started it. */
public final class ProcessOptions {
  public static final ConfigOption<Optional<String>> REPORT_FILE =
      ConfigOption.optionalString(
          "process.report-file",
          "File in which the process says where it listens, once it does. 'cluster start' sets it.");
  public static final ConfigOption<Integer> PARENT =
      ConfigOption.integer(
          "process.parent",
          0,
          Integer.MAX_VALUE,
          "0",
          "Id of a process whose end ends this one; 0 for none. The demo and tests set it, so that "
              + "nothing is left behind.");

  public static final ConfigOption<Optional<String>> JOB_MANAGER_REPORT =
      ConfigOption.optionalString(
          "process.jobmanager-report",
          "File in which the JobManager will say where it listens; a TaskManager waits for it if "
              + "jobmanager.rpc-port is 0. 'cluster start' sets it, to start all processes at once.");

  static final OptionGroup GROUP =
      new OptionGroup(
          "Processes",
          "How a process gets on with whoever started it. Seldom set by hand.",
          List.of(REPORT_FILE, PARENT, JOB_MANAGER_REPORT));

  private ProcessOptions() {}
}
