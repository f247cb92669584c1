package io.millrace.core.function;

/** A {@link JoinFunction} with a life cycle. */
public abstract class RichJoinFunction<A, B, O> extends AbstractRichFunction
    implements JoinFunction<A, B, O> {}
