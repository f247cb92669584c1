package io.millrace.jobmanager.enumerator;

import java.time.Duration;

/**
 * How long user code beside the JobManager may take.
 *
 * @param callDeadline of a call to an enumerator, which must not block
 * @param asyncDeadline of a blocking call that an enumerator asked for
 */
public record EnumeratorSettings(Duration callDeadline, Duration asyncDeadline) {
  public static final EnumeratorSettings DEFAULT =
      new EnumeratorSettings(Duration.ofSeconds(10), Duration.ofMinutes(2));
}
