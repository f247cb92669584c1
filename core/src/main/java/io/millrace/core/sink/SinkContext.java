package io.millrace.core.sink;

import io.millrace.core.function.RuntimeContext.Counter;
import java.time.Duration;
import java.util.Optional;

/** What a sink's writer and committer may know and do. */
public interface SinkContext {
  /**
   * Names the job for its whole life, across restarts and JobManagers, and no other job: letters
   * and digits.
   */
  String jobId();

  String jobName();

  int subtaskIndex();

  int parallelism();

  /**
   * How often this job was started before: 0 on the first attempt, larger with each restart. A
   * subtask of a former attempt may still run, and even be started, when a later one is at work.
   */
  int attemptNumber();

  ClassLoader userCodeClassLoader();

  /**
   * The interval of periodic checkpoints, if there are any: transactions live at least that long
   * (invariant K8).
   */
  Optional<Duration> checkpointInterval();

  Duration checkpointTimeout();

  /** {@link SinkWriter#hasRoom} may answer true again. From any thread. */
  void wakeUp();

  /** Fails the subtask. From any thread. */
  void fail(Throwable cause);

  Counter counter(String name);
}
