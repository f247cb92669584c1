package io.millrace.benchmarks.compare;

import java.util.List;
import java.util.Locale;

/**
 * An engine with its options for one workload.
 *
 * @param workload by its name in that engine
 */
record Contender(Engine engine, String workload, List<String> options) {
  /** What is measured. */
  enum Engine {
    MILLRACE,
    FLINK,
    /** The hand-written loop without an engine. */
    PLAIN
  }

  Contender {
    options = List.copyOf(options);
  }

  static Contender millrace(String workload, String... options) {
    return new Contender(Engine.MILLRACE, workload, List.of(options));
  }

  static Contender flink(String workload, String... options) {
    return new Contender(Engine.FLINK, workload, List.of(options));
  }

  static Contender plain(String workload, String... options) {
    return new Contender(Engine.PLAIN, workload, List.of(options));
  }

  @Override
  public String toString() {
    return (engine + " " + workload).toLowerCase(Locale.ROOT)
        + (options.isEmpty() ? "" : " " + String.join(" ", options));
  }
}
