package io.millrace.api.datastream;

import io.millrace.runtime.graph.GraphTranslator;
import io.millrace.runtime.graph.JobGraph;

/** Job graphs of programs, for tests that submit them to a cluster of their own. */
public final class Graphs {
  private Graphs() {}

  public static JobGraph of(StreamExecutionEnvironment env, String jobName, int parallelism) {
    return GraphTranslator.translate(env.toLogicalGraph(jobName), parallelism).graph();
  }
}
