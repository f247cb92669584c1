package io.millrace.core.function;

/** A {@link MapFunction} with a life cycle. */
public abstract class RichMapFunction<I, O> extends AbstractRichFunction
    implements MapFunction<I, O> {}
