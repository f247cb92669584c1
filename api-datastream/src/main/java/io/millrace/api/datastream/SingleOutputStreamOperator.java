package io.millrace.api.datastream;

import io.millrace.core.function.OutputTag;
import io.millrace.core.types.TypeHint;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.graph.LogicalNode.Chaining;
import java.util.List;

/** The output of an operator, which can still be named and scaled. */
public class SingleOutputStreamOperator<T> extends DataStream<T> {
  final Transformation<T> transformation;

  SingleOutputStreamOperator(
      StreamExecutionEnvironment environment, Transformation<T> transformation) {
    super(environment, List.of(Origin.main(transformation)));
    this.transformation = transformation;
  }

  public String getName() {
    return transformation.name();
  }

  /** What it is called in plans, logs and metrics; if unique, also the identity of its state. */
  public SingleOutputStreamOperator<T> name(String name) {
    transformation.setName(name);
    return this;
  }

  /** The identity of its state, unique in the job: keep it when the program changes. */
  public SingleOutputStreamOperator<T> uid(String uid) {
    transformation.setUid(uid);
    return this;
  }

  public SingleOutputStreamOperator<T> setParallelism(int parallelism) {
    transformation.setParallelism(parallelism);
    return this;
  }

  /** Number of key groups: a power of two, fixed at the first start of the job. */
  public SingleOutputStreamOperator<T> setMaxParallelism(int maxParallelism) {
    transformation.setMaxParallelism(maxParallelism);
    return this;
  }

  /** One subtask, whatever the job's parallelism. */
  public SingleOutputStreamOperator<T> forceNonParallel() {
    transformation.setNonParallel();
    return this;
  }

  /** Runs this operator in a task of its own. */
  public SingleOutputStreamOperator<T> disableChaining() {
    transformation.setChaining(Chaining.NEVER);
    return this;
  }

  /** Begins a task with this operator. */
  public SingleOutputStreamOperator<T> startNewChain() {
    transformation.setChaining(Chaining.HEAD);
    return this;
  }

  /**
   * Says the type of the records. Never needed: a type that the program does not tell is found from
   * the values.
   */
  public SingleOutputStreamOperator<T> returns(TypeInformation<T> type) {
    transformation.setType(type);
    return this;
  }

  public SingleOutputStreamOperator<T> returns(Class<T> type) {
    return returns(TypeRefusals.naming(returnsOf(), () -> TypeInformation.of(type)));
  }

  public SingleOutputStreamOperator<T> returns(TypeHint<T> type) {
    return returns(TypeRefusals.naming(returnsOf(), () -> TypeInformation.of(type)));
  }

  private String returnsOf() {
    return "Operator " + transformation.described() + ": returns(...)";
  }

  /** The records that the operator emits to a tag. */
  @SuppressWarnings("unchecked")
  public <X> DataStream<X> getSideOutput(OutputTag<X> tag) {
    TypeInformation<X> type =
        tag.type()
            .orElseGet(
                () ->
                    (TypeInformation<X>)
                        transformation.sideType(tag.id()).orElse(TypeInformation.lateTyped()));
    return new DataStream<>(environment, List.of(Origin.side(transformation, tag.id(), type)));
  }
}
