package io.millrace.runtime.checkpoint;

import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import java.nio.charset.StandardCharsets;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A number for a graph's operators and connections, to tell whether uids derived from the graph
 * still mean the same operators. Chaining, parallelism, partitioning and the order of vertices
 * don't take part: they may change between runs of one program.
 */
public final class GraphFingerprint {
  private GraphFingerprint() {}

  public static long of(JobGraph graph) {
    SortedSet<String> parts = new TreeSet<>();
    for (JobVertex vertex : graph.vertices()) {
      for (OperatorNode operator : vertex.operators()) {
        parts.add("operator " + operator.uid() + '\n' + operator.name() + '\n' + operator.kind());
        if (operator.parent() >= 0) {
          OperatorNode parent = vertex.operators().get(operator.parent());
          parts.add(connection(parent, operator.parentTag(), operator, 0));
        }
      }
    }
    for (JobEdge edge : graph.edges()) {
      OperatorNode source =
          graph.vertices().get(edge.sourceVertex()).operators().get(edge.sourceOperator());
      OperatorNode target = graph.vertices().get(edge.targetVertex()).operators().get(0);
      parts.add(connection(source, edge.tag(), target, edge.targetInput()));
    }
    long hash = 0xCBF29CE484222325L; // FNV-1a, 64 bits
    for (String part : parts) {
      for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
        hash = (hash ^ (b & 0xff)) * 0x100000001B3L;
      }
      hash = hash * 0x100000001B3L;
    }
    return hash;
  }

  private static String connection(OperatorNode from, String tag, OperatorNode to, int input) {
    return "connection " + from.uid() + '\n' + tag + '\n' + to.uid() + '\n' + input;
  }
}
