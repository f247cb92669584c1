package io.millrace.runtime.submit;

import io.millrace.core.config.Configuration;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a job is to be run, beside its graph. What the command line says of these wins over it.
 *
 * @param configuration of the environment that made the job
 * @param savepoint directory of a savepoint or retained checkpoint to start from
 * @param allowDroppedState whether state that no operator claims may be dropped
 * @param userCode class loader of the program, by which the in-process cluster reads its functions
 * @param jars job jars that a remote cluster needs
 */
public record RunSettings(
    Configuration configuration,
    Optional<String> savepoint,
    boolean allowDroppedState,
    ClassLoader userCode,
    List<Path> jars) {
  public RunSettings {
    jars = List.copyOf(jars);
  }

  /** A fresh start of a program loaded by {@code userCode}. */
  public static RunSettings of(Configuration configuration, ClassLoader userCode) {
    return new RunSettings(configuration, Optional.empty(), false, userCode, List.of());
  }

  public RunSettings withSavepoint(String directory, boolean dropUnclaimed) {
    return new RunSettings(configuration, Optional.of(directory), dropUnclaimed, userCode, jars);
  }

  public RunSettings withJars(List<Path> paths) {
    return new RunSettings(configuration, savepoint, allowDroppedState, userCode, paths);
  }
}
