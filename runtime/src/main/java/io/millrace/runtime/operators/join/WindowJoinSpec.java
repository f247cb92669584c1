package io.millrace.runtime.operators.join;

import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.WindowAssigner;
import java.io.Serializable;

/**
 * Everything a join over windows is made from.
 *
 * @param first type of the records of the first side
 * @param second type of the records of the second side
 * @param lateness how long after its end a window still takes records, in milliseconds
 */
public record WindowJoinSpec<A, B, O>(
    WindowAssigner assigner,
    JoinEvaluation<A, B, O> evaluation,
    TypeInformation<A> first,
    TypeInformation<B> second,
    long lateness)
    implements Serializable {}
