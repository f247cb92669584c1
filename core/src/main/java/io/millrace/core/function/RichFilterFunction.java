package io.millrace.core.function;

/** A {@link FilterFunction} with a life cycle. */
public abstract class RichFilterFunction<T> extends AbstractRichFunction
    implements FilterFunction<T> {}
