package io.millrace.benchmarks.compare;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * An engine with its options for one workload.
 *
 * @param workload by its name in that engine
 * @param records of a run, where the workload decides how long that takes; else they are chosen so
 *     that it lasts long enough
 */
record Contender(Engine engine, String workload, List<String> options, OptionalLong records) {
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
    return new Contender(Engine.MILLRACE, workload, List.of(options), OptionalLong.empty());
  }

  static Contender flink(String workload, String... options) {
    return new Contender(Engine.FLINK, workload, List.of(options), OptionalLong.empty());
  }

  static Contender plain(String workload, String... options) {
    return new Contender(Engine.PLAIN, workload, List.of(options), OptionalLong.empty());
  }

  /** The same with a fixed number of records. */
  Contender of(long number) {
    return new Contender(engine, workload, options, OptionalLong.of(number));
  }

  @Override
  public String toString() {
    return (engine + " " + workload).toLowerCase(Locale.ROOT)
        + (options.isEmpty() ? "" : " " + String.join(" ", options));
  }
}
