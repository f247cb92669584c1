package io.millrace.runtime.graph;

import io.millrace.runtime.operators.EdgeSpec;
import java.util.Objects;
import java.util.Optional;

/**
 * Where records of an operator come from.
 *
 * @param source id of the producing node
 * @param tag empty for the main output, else the id of the side output
 * @param index 0, or 1 for the second input; several inputs of one index are a union
 * @param partitioning empty: forward where both have the same parallelism, else rebalance
 */
public record LogicalInput(
    int source, String tag, int index, Optional<Partitioning> partitioning, EdgeSpec<?, ?> spec) {
  public LogicalInput {
    Objects.requireNonNull(tag, "tag");
    Objects.requireNonNull(spec, "spec");
  }
}
