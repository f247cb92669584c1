package io.millrace.runtime.operators;

import java.io.Serializable;

/**
 * Makes an operator on the TaskManager; shipped by Java serialization and read with the job's class
 * loader.
 */
public interface OperatorFactory extends Serializable {
  /** Such as {@code maker.make(MapOperator.class, function)}. */
  Operator<?> create(OperatorMaker maker) throws Exception;
}
