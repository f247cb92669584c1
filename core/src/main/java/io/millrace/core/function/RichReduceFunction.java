package io.millrace.core.function;

/** A {@link ReduceFunction} with a life cycle. */
public abstract class RichReduceFunction<T> extends AbstractRichFunction
    implements ReduceFunction<T> {}
