package io.millrace.core.function;

/** A {@link FlatMapFunction} with a life cycle. */
public abstract class RichFlatMapFunction<I, O> extends AbstractRichFunction
    implements FlatMapFunction<I, O> {}
