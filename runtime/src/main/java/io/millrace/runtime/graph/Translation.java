package io.millrace.runtime.graph;

import java.util.List;

/**
 * What became of a logical graph.
 *
 * @param warnings sentences to be shown once, at submission
 * @param plan the job as a text for people
 */
public record Translation(JobGraph graph, List<String> warnings, String plan) {
  public Translation {
    warnings = List.copyOf(warnings);
  }
}
