package io.millrace.runtime.graph;

import java.util.List;

/**
 * Operators that run in one subtask by direct call. {@code operators.get(0)} is the head; each
 * other one comes after its parent.
 *
 * @param maxParallelism number of key groups, a power of two, fixed at first start
 */
public record JobVertex(
    int index, String name, int parallelism, int maxParallelism, List<OperatorNode> operators) {
  public JobVertex {
    operators = List.copyOf(operators);
    if (parallelism < 1 || parallelism > maxParallelism) {
      throw new IllegalArgumentException(
          "Operator "
              + name
              + ": parallelism "
              + parallelism
              + " is not between 1 and its maximum "
              + maxParallelism);
    }
  }

  public boolean isSource() {
    return operators.get(0).kind() == OperatorNode.Kind.SOURCE;
  }

  public JobVertex withParallelism(int newParallelism) {
    return new JobVertex(index, name, newParallelism, maxParallelism, operators);
  }
}
