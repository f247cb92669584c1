package io.millrace.runtime.operators;

import io.millrace.core.source.Source;
import io.millrace.core.time.WatermarkStrategy;

/**
 * The factory of a source: read by the TaskManager for the reader and, beside the JobManager, for
 * the enumerator.
 */
public record SourceOperatorFactory<T>(Source<T, ?, ?> source, WatermarkStrategy<T> watermarks)
    implements OperatorFactory {
  @Override
  public Operator<?> create(OperatorMaker maker) {
    return maker.make(SourceOperator.class, source, watermarks);
  }
}
