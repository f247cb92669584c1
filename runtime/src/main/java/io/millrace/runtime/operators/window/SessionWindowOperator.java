package io.millrace.runtime.operators.window;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.ReduceFunction;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;
import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.TypeSerializer;
import io.millrace.core.window.EventTimeSessionWindows;
import io.millrace.core.window.TimeWindow;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.Functions;
import io.millrace.runtime.operators.OneInputOperator;
import io.millrace.runtime.operators.OperatorSnapshot;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.NoNamespace;
import io.millrace.runtime.state.Timer;
import io.millrace.runtime.state.TimerQueue;
import java.util.List;
import java.util.Optional;

/**
 * Session windows: stretches of a key's records that a gap ends, merged as records close gaps. A
 * session has a timer no later than its end; it is not moved when the session grows, but looked at
 * again when it is due, so that a record costs no work on timers. Firing is resumable after each
 * timer.
 */
public final class SessionWindowOperator<K, I, A, R, O> extends OneInputOperator<I, O> {
  private final WindowSpec<K, I, A, R, O> spec;
  private final long gap;
  private final AggregateFunction<I, A, R> aggregate;
  private final boolean evaluated;
  private final boolean keptAfterFiring;

  private KeyedStateBackend<K> state;
  private ValueState<Sessions<A>> sessionsOfKey;
  private TimerQueue<NoNamespace> timers;
  private TypeSerializer<A> serializer;
  private boolean immutable;
  private EventTimeProgress progress;
  private LateRecords<I> late;
  private WindowEvaluator<K, R, O> evaluator;
  private long watermark;

  public SessionWindowOperator(WindowSpec<K, I, A, R, O> spec) {
    this.spec = spec;
    this.gap = ((EventTimeSessionWindows) spec.assigner()).gap();
    this.aggregate = aggregateOf(spec.fold());
    this.evaluated = spec.isEvaluated();
    this.keptAfterFiring = spec.lateness() > 0;
  }

  @SuppressWarnings("unchecked")
  private static <I, A, R> AggregateFunction<I, A, R> aggregateOf(WindowFold<I, A, R> fold) {
    if (fold instanceof WindowFold.Aggregate<I, A, R> user) {
      return user.function();
    }
    if (fold instanceof WindowFold.Reduce<?> reduce) {
      return (AggregateFunction<I, A, R>) new Reducing<>(reduce.function());
    }
    return (AggregateFunction<I, A, R>) new CollectingAggregate<I>();
  }

  @Override
  public void open() throws Exception {
    state = context.keyedState();
    sessionsOfKey =
        state.getState(
            new ValueStateDescriptor<>("$sessions", new SessionsType<>(spec.accumulator())));
    timers = state.timers("$timers.sessions");
    serializer = spec.accumulator().serializer();
    immutable = serializer.isImmutable();
    progress = new EventTimeProgress(context);
    watermark = progress.lowest();
    late = new LateRecords<>(spec, context);
    if (aggregate instanceof CollectingAggregate<?> collecting) {
      collecting.continueAfter(progress.sequence());
    }
    if (evaluated) {
      evaluator = new WindowEvaluator<>(spec.evaluation(), context, out);
    }
    spec.openFunctions(context);
  }

  @Override
  public void process(I value, long timestamp) throws Exception {
    if (timestamp == TimestampAssigner.NO_TIMESTAMP) {
      throw LateRecords.noTimestamp(context, value);
    }
    Sessions<A> known = sessionsOfKey.value();
    if (known == null) {
      known = new Sessions<>();
    }
    long reached = progress.ofCurrentKey(watermark);
    Session<A> session = join(known, timestamp, reached);
    if (session == null) {
      late.take(value, timestamp);
      return;
    }
    session.accumulator = aggregate.add(value, session.accumulator);
    if (session.maxTimestamp() <= reached) {
      session.fired = true;
      timers.register(spec.expiry(session.maxTimestamp()), NoNamespace.INSTANCE);
      sessionsOfKey.update(known);
      emit(session);
    } else {
      if (session.fired) {
        session.fired = false; // It has grown beyond the watermark and will fire again.
        timers.register(session.maxTimestamp(), NoNamespace.INSTANCE);
      }
      sessionsOfKey.update(known);
    }
  }

  /**
   * The session that a record belongs to, made from all that it touches; null if the record is too
   * late for any.
   */
  private Session<A> join(Sessions<A> known, long timestamp, long reached) {
    List<Session<A>> all = known.sessions;
    long end = timestamp + gap;
    int first = known.firstReaching(timestamp);
    if (first == all.size() || all.get(first).start > end) {
      if (spec.expiry(end - 1) <= reached) {
        return null;
      }
      Session<A> begun = new Session<>(timestamp, end, false, aggregate.createAccumulator());
      all.add(first, begun);
      timers.register(end - 1, NoNamespace.INSTANCE);
      return begun;
    }
    Session<A> session = all.get(first);
    session.start = Math.min(session.start, timestamp);
    session.end = Math.max(session.end, end);
    while (first + 1 < all.size() && all.get(first + 1).start <= session.end) {
      Session<A> next = all.remove(first + 1);
      session.end = Math.max(session.end, next.end);
      // Fired only if both were: else one has a timer that is still to come.
      session.fired &= next.fired;
      session.accumulator = aggregate.merge(session.accumulator, next.accumulator);
    }
    return session;
  }

  @Override
  public boolean onWatermark(long newWatermark) throws Exception {
    while (timers.peekTimestamp() <= newWatermark) {
      Optional<Timer<NoNamespace>> due = timers.pollDue(newWatermark);
      if (due.isEmpty()) {
        break;
      }
      state.setCurrentKey(due.get());
      onTimer(due.get().timestamp(), newWatermark);
      if (!context.mayGoOn()) {
        return false;
      }
    }
    watermark = Math.max(watermark, newWatermark);
    return true;
  }

  /** Fires and drops what is due for the current key, and asks again for what is not. */
  private void onTimer(long time, long newWatermark) throws Exception {
    Sessions<A> known = sessionsOfKey.value();
    if (known == null) {
      return;
    }
    List<Session<A>> all = known.sessions;
    for (int i = 0; i < all.size(); i++) {
      Session<A> session = all.get(i);
      if (!session.fired && session.maxTimestamp() <= time) {
        session.fired = true;
        emit(session, newWatermark);
      }
      long next = session.fired ? spec.expiry(session.maxTimestamp()) : session.maxTimestamp();
      if (next <= time) {
        all.remove(i--);
      } else {
        timers.register(next, NoNamespace.INSTANCE);
      }
    }
    if (all.isEmpty()) {
      sessionsOfKey.clear();
    } else {
      sessionsOfKey.update(known);
    }
  }

  private void emit(Session<A> session) throws Exception {
    emit(session, watermark);
  }

  private void emit(Session<A> session, long currentWatermark) throws Exception {
    R result = aggregate.getResult(session.accumulator);
    if (evaluated) {
      TimeWindow window = new TimeWindow(session.start, session.end);
      evaluator.evaluate(state.currentKey(), window, result, currentWatermark);
    } else {
      out.process(owned(result, session.accumulator), session.maxTimestamp());
    }
  }

  /** A result that is the accumulator itself must not change when the session fires again. */
  @SuppressWarnings("unchecked")
  private O owned(R result, A accumulator) {
    boolean shared = result == accumulator && !immutable && keptAfterFiring;
    return (O) (shared ? serializer.copy(accumulator) : result);
  }

  @Override
  public void snapshot(CheckpointId checkpoint, OperatorSnapshot snapshot) throws Exception {
    long sequence =
        aggregate instanceof CollectingAggregate<?> collecting ? collecting.lastSequence() : 0;
    progress.store(watermark, sequence);
    spec.snapshotFunctions(checkpoint);
  }

  @Override
  public void close() throws Exception {
    spec.closeFunctions();
  }

  /** A reduce as an aggregate; nested, so that each copy calls one user function. */
  private record Reducing<T>(ReduceFunction<T> function) implements AggregateFunction<T, T, T> {
    @Override
    public T createAccumulator() {
      return null;
    }

    @Override
    public T add(T value, T accumulator) {
      return accumulator == null ? value : merge(accumulator, value);
    }

    @Override
    public T getResult(T accumulator) {
      return accumulator;
    }

    @Override
    public T merge(T left, T right) {
      try {
        return function.reduce(left, right);
      } catch (Exception e) {
        throw Functions.<RuntimeException>rethrow(e);
      }
    }
  }
}
