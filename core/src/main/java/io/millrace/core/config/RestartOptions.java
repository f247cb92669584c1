package io.millrace.core.config;

import java.time.Duration;
import java.util.List;

/** Restarts after a failure: delays that grow (invariant FO4). A job's own settings win. */
public final class RestartOptions {
  public static final ConfigOption<Duration> INITIAL_DELAY =
      ConfigOption.duration("restart.initial-delay", "100 ms", "Delay before the first restart.");
  public static final ConfigOption<Duration> MAX_DELAY =
      ConfigOption.duration("restart.max-delay", "1 min", "Largest delay between restarts.");
  public static final ConfigOption<Double> MULTIPLIER =
      ConfigOption.decimal(
          "restart.multiplier", 1, 100, "2.0", "Growth of the delay from one to the next.");
  public static final ConfigOption<Double> JITTER =
      ConfigOption.decimal("restart.jitter", 0, 1, "0.1", "Random part of the delay.");
  public static final ConfigOption<Duration> RESET_AFTER =
      ConfigOption.duration(
          "restart.reset-after", "5 min", "Running that long without failure forgets former ones.");
  public static final ConfigOption<Integer> MAX_ATTEMPTS =
      ConfigOption.integer(
          "restart.max-attempts",
          0,
          Integer.MAX_VALUE,
          Integer.toString(Integer.MAX_VALUE),
          "Restarts in a row after which a job fails for good; 0 for none.");

  static final OptionGroup GROUP =
      new OptionGroup(
          "Restarts",
          "What happens after a failure: restarts with growing delays. What a job's program sets "
              + "wins.",
          List.of(INITIAL_DELAY, MAX_DELAY, MULTIPLIER, JITTER, RESET_AFTER, MAX_ATTEMPTS));

  private RestartOptions() {}
}
