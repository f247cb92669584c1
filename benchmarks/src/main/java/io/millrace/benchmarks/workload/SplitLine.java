package io.millrace.benchmarks.workload;

import io.millrace.core.function.Collector;
import io.millrace.core.function.FlatMapFunction;

/** Emits each word of a line, once. */
final class SplitLine implements FlatMapFunction<String, WordCount> {
  private static final long serialVersionUID = 1L;

  @Override
  public void flatMap(String line, Collector<WordCount> out) {
    int from = 0;
    while (from < line.length()) {
      int to = line.indexOf(' ', from);
      if (to < 0) {
        to = line.length();
      }
      out.collect(new WordCount(line.substring(from, to), 1));
      from = to + 1;
    }
  }
}
