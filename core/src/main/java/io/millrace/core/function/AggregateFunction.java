package io.millrace.core.function;

/**
 * Incremental aggregation: an accumulator that records are added to, merged across panes and
 * sessions, and turned into a result. {@link #add} and {@link #merge} may change and return their
 * first argument.
 */
public interface AggregateFunction<I, A, O> extends Function {
  A createAccumulator();

  A add(I value, A accumulator);

  O getResult(A accumulator);

  A merge(A left, A right);
}
