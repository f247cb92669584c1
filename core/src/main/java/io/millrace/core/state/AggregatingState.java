package io.millrace.core.state;

/** Values folded by an {@link io.millrace.core.function.AggregateFunction} as they are added. */
public interface AggregatingState<I, O> extends AppendingState<I, O> {}
