package io.millrace.core.state;

/** Values combined by a {@link io.millrace.core.function.ReduceFunction} as they are added. */
public interface ReducingState<T> extends AppendingState<T, T> {}
