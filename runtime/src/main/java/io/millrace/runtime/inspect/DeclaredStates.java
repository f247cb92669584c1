package io.millrace.runtime.inspect;

import io.millrace.runtime.classloading.UserObjects;
import io.millrace.runtime.graph.JobEdge;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.operators.EdgeSpec;
import io.millrace.runtime.operators.Operator;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.SinkOperator;
import io.millrace.runtime.operators.SourceHead;
import io.millrace.runtime.state.HandleFactory;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.OperatorStateBackend;
import io.millrace.runtime.state.StateMeta;
import io.millrace.runtime.state.heap.KeyedStateContext;
import io.millrace.runtime.state.heap.TableKeyedStateBackend;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The states that an operator asks for when it opens: found by opening it, alone, with nothing in
 * its state and nobody to send records to. That runs the {@code open()} of the user's functions.
 * Sources and sinks are not opened: they would reach for what is outside.
 */
final class DeclaredStates {
  private final JobGraph graph;
  private final JobVertex vertex;
  private final OperatorNode node;
  private final ClassLoader classes;

  DeclaredStates(JobGraph graph, JobVertex vertex, OperatorNode node, ClassLoader classes) {
    this.graph = graph;
    this.vertex = vertex;
    this.node = node;
    this.classes = classes;
  }

  /**
   * Empty if it was not opened.
   *
   * @throws Exception what the operator's {@code open()} has thrown
   */
  Optional<List<StateMeta>> find() throws Exception {
    OperatorFactory factory =
        (OperatorFactory) UserObjects.read(node.factory(), classes, "Operator " + node.name());
    Operator<?> operator = factory.create(DeclaredStates::make);
    if (operator instanceof SourceHead || operator instanceof SinkOperator) {
      return Optional.empty();
    }
    Optional<KeyedStateBackend<?>> keyed = keyedState();
    try {
      return Optional.of(opened(operator, keyed));
    } finally {
      keyed.ifPresent(KeyedStateBackend::close);
    }
  }

  private List<StateMeta> opened(Operator<?> operator, Optional<KeyedStateBackend<?>> keyed)
      throws Exception {
    OperatorStateBackend operatorState = new OperatorStateBackend(node.uid(), classes);
    try {
      operator.setup(
          new DetachedContext(graph.name(), vertex, node, classes, keyed, operatorState),
          (value, timestamp) -> {});
      operator.open();
    } catch (Exception | LinkageError e) {
      try {
        operator.close();
      } catch (Exception followed) {
        e.addSuppressed(followed);
      }
      throw e;
    }
    List<StateMeta> states = new ArrayList<>(operatorState.registeredStates());
    keyed.ifPresent(backend -> states.addAll(backend.registeredStates()));
    operator.close();
    return states;
  }

  /** Keyed if the chain's input is, and the operator its head. */
  private Optional<KeyedStateBackend<?>> keyedState() throws Exception {
    if (node != vertex.operators().get(0)) {
      return Optional.empty();
    }
    for (JobEdge edge : graph.inputsOf(vertex.index())) {
      EdgeSpec<?, ?> spec =
          (EdgeSpec<?, ?>)
              UserObjects.read(edge.spec(), classes, "An edge to operator " + vertex.name());
      if (spec.isKeyed()) {
        return Optional.of(backend(spec));
      }
    }
    return Optional.empty();
  }

  private <K> KeyedStateBackend<K> backend(EdgeSpec<?, K> spec) {
    return TableKeyedStateBackend.onHeap(
        new KeyedStateContext<>(
            node.uid(),
            spec.keyType(),
            new KeyGroupRange(0, vertex.maxParallelism() - 1),
            vertex.maxParallelism(),
            HandleFactory.plain(),
            () -> 0,
            classes));
  }

  @SuppressWarnings("unchecked") // of the class
  private static <T> T make(Class<T> type, Object... arguments) {
    try {
      return (T) type.getConstructors()[0].newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(type + " failed to start", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " cannot be made", e);
    }
  }
}
