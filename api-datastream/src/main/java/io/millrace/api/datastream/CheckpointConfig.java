package io.millrace.api.datastream;

import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.ConfigOption;
import io.millrace.core.config.Configuration;
import io.millrace.core.state.StateBackend;
import io.millrace.runtime.graph.CheckpointSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * How a job is checkpointed. What is not set here comes from the configuration. Not thread-safe.
 */
public final class CheckpointConfig {
  private Optional<Duration> interval = Optional.empty();
  private Optional<Duration> timeout = Optional.empty();
  private Optional<Optional<Duration>> alignmentTimeout = Optional.empty();
  private Optional<Duration> minPause = Optional.empty();
  private Optional<Integer> retained = Optional.empty();
  private Optional<Integer> tolerableFailures = Optional.empty();

  CheckpointConfig() {}

  /** Time between the starts of two checkpoints. */
  public CheckpointConfig setCheckpointInterval(Duration time) {
    interval = Optional.of(positive("checkpoint interval", time));
    return this;
  }

  /** Time after which a checkpoint that is not done is given up. */
  public CheckpointConfig setCheckpointTimeout(Duration time) {
    timeout = Optional.of(positive("checkpoint timeout", time));
    return this;
  }

  /**
   * How long a barrier may wait in a subtask before it overtakes the records in front of it, which
   * become part of the checkpoint then; zero for at once. The default is one second.
   */
  public CheckpointConfig setAlignmentTimeout(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("A negative alignment timeout: " + time);
    }
    alignmentTimeout = Optional.of(Optional.of(time));
    return this;
  }

  /** Barriers never overtake records: a checkpoint waits for all that are in flight. */
  public CheckpointConfig disableUnalignedCheckpoints() {
    alignmentTimeout = Optional.of(Optional.empty());
    return this;
  }

  /** Time between the end of one checkpoint and the start of the next. */
  public CheckpointConfig setMinPauseBetweenCheckpoints(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("A negative pause between checkpoints: " + time);
    }
    minPause = Optional.of(time);
    return this;
  }

  /** How many completed checkpoints are kept. */
  public CheckpointConfig setRetainedCheckpoints(int number) {
    if (number < 1) {
      throw new IllegalArgumentException("At least one checkpoint is kept, not " + number);
    }
    retained = Optional.of(number);
    return this;
  }

  /** How many checkpoints may fail in a row before the job is restarted. */
  public CheckpointConfig setTolerableCheckpointFailureNumber(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("A negative number of checkpoint failures: " + number);
    }
    tolerableFailures = Optional.of(number);
    return this;
  }

  CheckpointSettings toSettings(Configuration configuration, StateBackend backend) {
    return new CheckpointSettings(
        interval.or(() -> configuration.get(CheckpointOptions.INTERVAL)),
        or(timeout, configuration, CheckpointOptions.TIMEOUT),
        or(minPause, configuration, CheckpointOptions.MIN_PAUSE),
        or(retained, configuration, CheckpointOptions.RETAINED),
        or(tolerableFailures, configuration, CheckpointOptions.TOLERABLE_FAILURES),
        or(alignmentTimeout, configuration, CheckpointOptions.ALIGNMENT_TIMEOUT),
        backend);
  }

  private static <V> V or(Optional<V> set, Configuration configuration, ConfigOption<V> option) {
    return set.orElseGet(() -> configuration.get(option));
  }

  private static Duration positive(String what, Duration time) {
    if (time.isZero() || time.isNegative()) {
      throw new IllegalArgumentException("The " + what + " must be positive, not " + time);
    }
    return time;
  }
}
