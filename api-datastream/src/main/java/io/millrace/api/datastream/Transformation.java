package io.millrace.api.datastream;

import io.millrace.core.source.Boundedness;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.graph.LogicalInput;
import io.millrace.runtime.graph.LogicalNode;
import io.millrace.runtime.graph.LogicalNode.Chaining;
import io.millrace.runtime.graph.LogicalNode.Label;
import io.millrace.runtime.graph.LogicalNode.Scaling;
import io.millrace.runtime.graph.LogicalNode.Work;
import io.millrace.runtime.graph.OperatorNode.Kind;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.operators.SourceOperatorFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** One operator of a program while the program still describes it. Not thread-safe. */
final class Transformation<T> {
  private final Kind kind;
  private final boolean stateful;
  private final OperatorFactory factory;
  private final List<Inlet> inputs;
  private final Map<String, TypeInformation<?>> sideTypes = new HashMap<>();
  private Optional<TypeInformation<T>> type;
  private Optional<String> uid = Optional.empty();
  private String name;
  private boolean named;
  private int parallelism;
  private int maxParallelism;
  private boolean nonParallel;
  private boolean alone;
  private Chaining chaining = Chaining.ALWAYS;

  /** A stream that comes in at one of the inputs. */
  record Inlet(Origin<?> origin, int index) {}

  /**
   * What an operator is, said once.
   *
   * @param name what it is called until the user says otherwise
   * @param type of its output; empty for a sink
   */
  record Definition<T>(
      String name,
      Kind kind,
      boolean stateful,
      OperatorFactory factory,
      Optional<TypeInformation<T>> type) {
    static <T> Definition<T> operator(
        String name, boolean stateful, OperatorFactory factory, TypeInformation<T> type) {
      return new Definition<>(name, Kind.OPERATOR, stateful, factory, Optional.of(type));
    }
  }

  Transformation(Definition<T> definition, List<Inlet> inputs) {
    this.kind = definition.kind();
    this.stateful = definition.stateful();
    this.factory = definition.factory();
    this.type = definition.type();
    this.name = definition.name();
    this.inputs = List.copyOf(inputs);
  }

  List<Inlet> inputs() {
    return inputs;
  }

  TypeInformation<T> type() {
    return type.orElseThrow(() -> new IllegalStateException("Sink " + name + " has no output"));
  }

  /** Of a source whether it ends; of all others nothing. */
  Optional<Boundedness> boundedness() {
    return factory instanceof SourceOperatorFactory<?> made
        ? Optional.of(made.source().boundedness())
        : Optional.empty();
  }

  String name() {
    return name;
  }

  /** For messages: the name, and the uid if it is another. */
  String described() {
    return "'"
        + name
        + "'"
        + uid.filter(u -> !u.equals(name)).map(u -> " (uid '" + u + "')").orElse("");
  }

  void setType(TypeInformation<T> wanted) {
    type = Optional.of(wanted);
  }

  /** The type of a side output that is known without its tag's help. */
  void setSideType(String tag, TypeInformation<?> known) {
    sideTypes.put(tag, known);
  }

  Optional<TypeInformation<?>> sideType(String tag) {
    return Optional.ofNullable(sideTypes.get(tag));
  }

  void setUid(String wanted) {
    uid = Optional.of(checkedText("uid", wanted));
  }

  void setName(String wanted) {
    name = checkedText("name", wanted);
    named = true;
  }

  void setParallelism(int wanted) {
    if (wanted < 1) {
      throw new IllegalArgumentException(
          "Operator '" + name + "': parallelism must be at least 1, not " + wanted);
    }
    if (nonParallel && wanted != 1) {
      throw new IllegalArgumentException(
          "Operator '"
              + name
              + "' can't run in parallel: leave its parallelism at 1, not "
              + wanted);
    }
    parallelism = wanted;
  }

  void setNonParallel() {
    nonParallel = true;
    parallelism = 1;
  }

  void setMaxParallelism(int wanted) {
    maxParallelism = MaxParallelism.checked("Operator '" + name + "'", wanted);
  }

  void setChaining(Chaining wanted) {
    chaining = alone ? Chaining.NEVER : wanted;
  }

  /** It makes the watermark of its output, which holds for its whole task: so it has its own. */
  void setAlone() {
    alone = true;
    chaining = Chaining.NEVER;
  }

  private String checkedText(String what, String text) {
    if (text == null || text.isBlank()) {
      throw new IllegalArgumentException("Operator '" + name + "': an empty " + what);
    }
    return text;
  }

  /**
   * @param ids of the nodes of this one's inputs
   */
  LogicalNode toNode(int id, ToIntFunction<Transformation<?>> ids, int defaultMaxParallelism) {
    List<LogicalInput> ins =
        inputs.stream().map(inlet -> inlet.origin().toInput(ids, inlet.index())).toList();
    int max = maxParallelism > 0 ? maxParallelism : defaultMaxParallelism;
    return new LogicalNode(
        id,
        new Label(uid, name, named),
        new Work(kind, stateful, factory, type.map(known -> known)),
        new Scaling(parallelism, max),
        chaining,
        ins);
  }
}
