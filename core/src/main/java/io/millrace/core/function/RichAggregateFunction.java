package io.millrace.core.function;

/** A {@link AggregateFunction} with a life cycle. */
public abstract class RichAggregateFunction<I, A, O> extends AbstractRichFunction
    implements AggregateFunction<I, A, O> {}
