package io.millrace.api.datastream;

import io.millrace.core.types.TypeInformation;
import io.millrace.core.window.EventTimeSessionWindows;
import io.millrace.core.window.WindowAssigner;
import io.millrace.runtime.operators.ClassOperatorFactory;
import io.millrace.runtime.operators.Operator;
import io.millrace.runtime.operators.join.JoinEvaluation;
import io.millrace.runtime.operators.join.SessionJoinOperator;
import io.millrace.runtime.operators.join.WindowJoinOperator;
import io.millrace.runtime.operators.join.WindowJoinSpec;
import java.time.Duration;

/**
 * Two streams keyed alike and the windows in which their records meet.
 *
 * @param lateness in milliseconds
 */
record WindowedPair<A, B, K>(KeyedPair<A, B, K> pair, WindowAssigner assigner, long lateness) {
  WindowedPair<A, B, K> withLateness(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("Allowed lateness must not be negative: " + time);
    }
    return new WindowedPair<>(pair, assigner, time.toMillis());
  }

  <R> SingleOutputStreamOperator<R> apply(
      String name, JoinEvaluation<A, B, R> evaluation, TypeInformation<R> type) {
    WindowJoinSpec<A, B, R> spec =
        new WindowJoinSpec<>(
            assigner, evaluation, pair.first().getType(), pair.second().getType(), lateness);
    Class<?> operator =
        assigner instanceof EventTimeSessionWindows
            ? SessionJoinOperator.class
            : WindowJoinOperator.class;
    return pair.apply(
        name, ClassOperatorFactory.of(operator.asSubclass(Operator.class), spec), type);
  }
}
