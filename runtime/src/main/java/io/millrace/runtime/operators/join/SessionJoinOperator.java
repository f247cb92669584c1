package io.millrace.runtime.operators.join;

import io.millrace.core.function.Collector;
import io.millrace.core.function.FlatJoinFunction;
import io.millrace.core.function.Function;
import io.millrace.core.function.JoinFunction;
import io.millrace.core.window.TimeWindow;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.OperatorSnapshot;
import io.millrace.runtime.operators.TwoInputFunctionOperator;
import io.millrace.runtime.operators.window.SessionWindowOperator;
import io.millrace.runtime.operators.window.WindowElements;
import io.millrace.runtime.operators.window.WindowElementsType;
import io.millrace.runtime.operators.window.WindowEvaluation;
import io.millrace.runtime.operators.window.WindowFold;
import io.millrace.runtime.operators.window.WindowSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins and co-groups two keyed streams over session windows: a session is made of the records of
 * both sides. It is a session window over both, whose elements are parted when it fires. Firing is
 * resumable after each session.
 */
public final class SessionJoinOperator<K, A, B, O>
    extends TwoInputFunctionOperator<Function, A, B, O> {
  private final SessionWindowOperator<K, Sided, WindowElements<Sided>, WindowElements<Sided>, O>
      sessions;

  public SessionJoinOperator(WindowJoinSpec<A, B, O> spec) {
    super(JoinEvaluation.functionOf(spec.evaluation()));
    JoinEvaluation<A, B, O> evaluation = spec.evaluation();
    this.sessions =
        new SessionWindowOperator<>(
            new WindowSpec<>(
                spec.assigner(),
                new WindowFold.Collect<>(),
                new WindowElementsType<>(new SidedType(spec.first(), spec.second())),
                new WindowEvaluation.Apply<K, Sided, WindowElements<Sided>, O>(
                    (K key, TimeWindow window, Iterable<Sided> elements, Collector<O> out) ->
                        evaluate(evaluation, elements, out)),
                spec.lateness(),
                null));
  }

  @SuppressWarnings("unchecked") // a side's records are of its type
  private static <A, B, O> void evaluate(
      JoinEvaluation<A, B, O> evaluation, Iterable<Sided> elements, Collector<O> out)
      throws Exception {
    List<A> lefts = new ArrayList<>();
    List<B> rights = new ArrayList<>();
    for (Sided each : elements) {
      if (each.isFirst()) {
        lefts.add((A) each.value());
      } else {
        rights.add((B) each.value());
      }
    }
    if (evaluation instanceof JoinEvaluation.Groups<A, B, O> groups) {
      groups.function().coGroup(lefts, rights, out);
      return;
    }
    for (A left : lefts) {
      for (B right : rights) {
        join(evaluation, left, right, out);
      }
    }
  }

  private static <A, B, O> void join(
      JoinEvaluation<A, B, O> evaluation, A left, B right, Collector<O> out) throws Exception {
    if (evaluation instanceof JoinEvaluation.Pairs<A, B, O> pairs) {
      JoinFunction<A, B, O> function = pairs.function();
      out.collect(function.join(left, right));
    } else if (evaluation instanceof JoinEvaluation.FlatPairs<A, B, O> pairs) {
      FlatJoinFunction<A, B, O> function = pairs.function();
      function.join(left, right, out);
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    sessions.setup(context, out);
    sessions.open();
  }

  @Override
  public void process1(A value, long timestamp) throws Exception {
    sessions.process(new Sided(true, value), timestamp);
  }

  @Override
  public void process2(B value, long timestamp) throws Exception {
    sessions.process(new Sided(false, value), timestamp);
  }

  @Override
  public boolean onWatermark(long watermark) throws Exception {
    return sessions.onWatermark(watermark);
  }

  @Override
  public void snapshot(CheckpointId checkpoint, OperatorSnapshot snapshot) throws Exception {
    sessions.snapshot(checkpoint, snapshot);
    super.snapshot(checkpoint, snapshot);
  }
}
