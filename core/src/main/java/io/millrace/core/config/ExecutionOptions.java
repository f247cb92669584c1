package io.millrace.core.config;

import java.util.List;
import java.util.Optional;

/** How jobs run that do not say otherwise. */
public final class ExecutionOptions {
  public static final ConfigOption<Integer> PARALLELISM =
      ConfigOption.integer(
          "execution.parallelism",
          0,
          32_768,
          "0",
          "Parallelism of operators that set none; 0 takes all slots of the cluster.");
  public static final ConfigOption<Optional<String>> CLUSTER =
      ConfigOption.optionalString(
          "execution.cluster",
          "REST address of the cluster that commands speak to, such as http://127.0.0.1:8081;"
              + " 'none' is the one that 'cluster start' started here. Programs started by hand"
              + " run inside their own process whatever it says: 'millrace run' sends them there.");

  static final OptionGroup GROUP =
      new OptionGroup(
          "Execution", "How jobs run that do not say otherwise.", List.of(PARALLELISM, CLUSTER));

  private ExecutionOptions() {}
}
