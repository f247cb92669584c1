package io.millrace.processtests.differential;

import io.millrace.api.datastream.StreamExecutionEnvironment;

/**
 * A job under test.
 *
 * @param <T> its results
 */
interface Job<T> {
  /**
   * Every operator says its parallelism.
   *
   * @param run where {@link Results} are to go
   * @param whole whether records are to be kept as objects ({@link WholeType})
   */
  StreamExecutionEnvironment define(String run, boolean whole);
}
