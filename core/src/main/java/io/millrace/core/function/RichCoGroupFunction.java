package io.millrace.core.function;

/** A {@link CoGroupFunction} with a life cycle. */
public abstract class RichCoGroupFunction<A, B, O> extends AbstractRichFunction
    implements CoGroupFunction<A, B, O> {}
