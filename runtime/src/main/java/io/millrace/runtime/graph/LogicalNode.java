package io.millrace.runtime.graph;

import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.operators.OperatorFactory;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One operator as a program describes it, before chaining.
 *
 * @param id unique in its graph; inputs come from nodes of smaller ids
 * @param chaining with which neighbours it may share a task
 */
public record LogicalNode(
    int id, Label label, Work work, Scaling scaling, Chaining chaining, List<LogicalInput> inputs) {
  public LogicalNode {
    inputs = List.copyOf(inputs);
  }

  /**
   * How an operator is called.
   *
   * @param uid the user's, if given
   * @param name the user's if {@code named}, else the kind of operator
   */
  public record Label(Optional<String> uid, String name, boolean named) {
    public Label {
      Objects.requireNonNull(name, "name");
    }
  }

  /**
   * What an operator does.
   *
   * @param stateful whether it declares state of any kind
   * @param type of the main output; empty for a sink
   */
  public record Work(
      OperatorNode.Kind kind,
      boolean stateful,
      OperatorFactory factory,
      Optional<TypeInformation<?>> type) {}

  /**
   * How many subtasks an operator has.
   *
   * @param parallelism 0 for the job's default
   * @param maxParallelism number of key groups, a power of two; 0 for the default of its
   *     parallelism
   */
  public record Scaling(int parallelism, int maxParallelism) {
    public static final Scaling DEFAULT = new Scaling(0, 0);
  }

  /** With which neighbours an operator may share a task. */
  public enum Chaining {
    /** With all. */
    ALWAYS,
    /** With those after it. */
    HEAD,
    /** With none. */
    NEVER
  }

  public String name() {
    return label.name();
  }

  public Optional<TypeInformation<?>> type() {
    return work.type();
  }
}
