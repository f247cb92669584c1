package io.millrace.core.function;

/** A {@link FlatJoinFunction} with a life cycle. */
public abstract class RichFlatJoinFunction<A, B, O> extends AbstractRichFunction
    implements FlatJoinFunction<A, B, O> {}
