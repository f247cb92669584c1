package io.millrace.runtime.operators.window;

import io.millrace.core.function.AggregateFunction;
import io.millrace.core.function.ReduceFunction;
import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.TypeSerializer;
import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TimeWindow;
import io.millrace.core.window.TumblingEventTimeWindows;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.Functions;
import io.millrace.runtime.operators.OneInputOperator;
import io.millrace.runtime.operators.OperatorSnapshot;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.PaneCursor;
import io.millrace.runtime.state.PanedState;

/**
 * Tumbling and sliding event-time windows over shared panes. A record is added to one pane, however
 * many windows overlap there; a window fires once the watermark has reached its last millisecond,
 * by a walk over the keys of its panes: there are no timers a key. Which windows are due follows
 * from the panes that are there and from how far event time has come ({@link EventTimeProgress}).
 * Firing is resumable after each key, of several panes once the key group's entries are merged.
 */
public final class WindowOperator<K, I, A, R, O> extends OneInputOperator<I, O>
    implements PanedState.Merger<A> {
  private final WindowSpec<K, I, A, R, O> spec;
  private final AggregateFunction<I, A, R> aggregate;
  private final PaneLayout layout;
  private final long paneLength;
  private final boolean evaluated;

  /** Whether a pane may be needed again after a window of it has fired. */
  private final boolean keptAfterFiring;

  private KeyedStateBackend<K> state;
  private PanedState<A> panes;
  private TypeSerializer<A> serializer;
  private boolean immutable;
  private EventTimeProgress progress;
  private LateRecords<I> late;
  private WindowEvaluator<K, R, O> evaluator;

  /** What all key groups have reached. */
  private long watermark;

  /** What some key group has reached: a pane none of whose windows ends by then is in time. */
  private long horizon;

  /** The first watermark at which a window fires or a pane is dropped. */
  private long nextDue = Long.MAX_VALUE;

  // The pane of the last record: most records fall into the same one.
  private long pane;
  private long paneStart = 1;
  private long paneEnd;
  private long paneFirstFire;

  // A firing under way.
  private boolean firing;
  private long target;
  private long fired;
  private long[] starts = {};
  private TimeWindow window = new TimeWindow(0, 0);
  private int firstPane;
  private int endPane;
  private PaneCursor<A> cursor;

  public WindowOperator(WindowSpec<K, I, A, R, O> spec) {
    this.spec = spec;
    this.layout =
        spec.assigner() instanceof TumblingEventTimeWindows tumbling
            ? PaneLayout.of(tumbling)
            : PaneLayout.of((SlidingEventTimeWindows) spec.assigner());
    this.paneLength = layout.paneLength();
    this.aggregate = aggregateOf(spec.fold());
    this.evaluated = spec.isEvaluated();
    this.keptAfterFiring = spec.lateness() > 0 || layout.size() > paneLength;
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
    panes = state.panedState(layout.stateName(), spec.accumulator());
    serializer = spec.accumulator().serializer();
    immutable = serializer.isImmutable();
    progress = new EventTimeProgress(context);
    watermark = progress.lowest();
    horizon = progress.highest();
    late = new LateRecords<>(spec, context);
    if (aggregate instanceof CollectingAggregate<?> collecting) {
      collecting.continueAfter(progress.sequence());
    }
    if (evaluated) {
      evaluator = new WindowEvaluator<>(spec.evaluation(), context, out);
    }
    spec.openFunctions(context);
    for (long start : panes.panes()) {
      expect(start);
    }
  }

  @Override
  public void process(I value, long timestamp) throws Exception {
    if (timestamp < paneStart || timestamp >= paneEnd) {
      if (timestamp == TimestampAssigner.NO_TIMESTAMP) {
        throw LateRecords.noTimestamp(context, value);
      }
      // Without the value: given to what is not compiled into the loop, it would have to be made.
      selectPane(timestamp);
    }
    if (paneFirstFire <= horizon) {
      processLate(value, timestamp);
    } else {
      add(value);
    }
  }

  private void add(I value) {
    A accumulator = panes.get(pane);
    if (accumulator == null) {
      accumulator = aggregate.createAccumulator();
    }
    panes.put(pane, aggregate.add(value, accumulator));
  }

  private void selectPane(long timestamp) {
    pane = layout.paneOf(timestamp);
    paneStart = pane;
    paneEnd = pane + paneLength;
    if (layout.isCovered(pane)) {
      paneFirstFire = layout.maxTimestamp(layout.firstWindow(pane));
      if (paneFirstFire > horizon) {
        nextDue = Math.min(nextDue, paneFirstFire);
      }
    } else {
      paneFirstFire = Long.MIN_VALUE; // Between two windows: looked at where late records are.
    }
  }

  /** A record whose pane belongs to a window that has fired, at least for other keys. */
  private void processLate(I value, long timestamp) throws Exception {
    if (!layout.isCovered(pane)) {
      return;
    }
    long reached = progress.ofCurrentKey(watermark);
    long last = layout.lastWindow(pane);
    if (spec.expiry(layout.maxTimestamp(last)) <= reached) {
      late.take(value, timestamp);
      return;
    }
    add(value);
    for (long start = layout.firstWindow(pane); start <= last; start += layout.slide()) {
      long end = layout.maxTimestamp(start);
      if (end <= reached && spec.expiry(end) > reached) {
        fireAgain(start);
      }
    }
    expect(pane);
  }

  private void fireAgain(long start) throws Exception {
    window = new TimeWindow(start, start + layout.size());
    A merged = null;
    for (long each = start; each < window.end(); each += paneLength) {
      A accumulator = panes.get(each);
      if (accumulator != null) {
        merged = combined(merged, accumulator);
      }
    }
    emit(merged, watermark, false);
  }

  /** Has the next window of a pane fire, and the pane dropped, in time. */
  private void expect(long start) {
    if (!layout.isCovered(start)) {
      nextDue = Math.min(nextDue, start);
      return;
    }
    long next = layout.nextWindow(start, watermark);
    if (next != Long.MAX_VALUE) {
      nextDue = Math.min(nextDue, layout.maxTimestamp(next));
    }
    nextDue = Math.min(nextDue, expiryOf(start));
  }

  /** When a pane can be dropped: with the last of its windows. */
  private long expiryOf(long start) {
    return spec.expiry(layout.maxTimestamp(layout.lastWindow(start)));
  }

  @Override
  public boolean onWatermark(long newWatermark) throws Exception {
    if (!firing) {
      if (newWatermark < nextDue) {
        advance(newWatermark);
        return true;
      }
      firing = true;
      target = newWatermark;
      fired = watermark;
      starts = panes.panes();
      if (!nextWindow()) {
        finishFiring();
        return true;
      }
    }
    do {
      if (!fireWindow()) {
        return false;
      }
    } while (nextWindow());
    finishFiring();
    return true;
  }

  private void advance(long newWatermark) {
    watermark = Math.max(watermark, newWatermark);
    horizon = Math.max(horizon, newWatermark);
  }

  /** Goes to the earliest window that is due and has a pane. */
  private boolean nextWindow() {
    for (int i = 0; i < starts.length; i++) {
      long start =
          layout.isCovered(starts[i]) ? layout.nextWindow(starts[i], fired) : Long.MAX_VALUE;
      if (start != Long.MAX_VALUE) {
        // Panes ascend, and so do their next windows: the first is the earliest.
        fired = layout.maxTimestamp(start);
        if (fired > target) {
          return false;
        }
        window = new TimeWindow(start, start + layout.size());
        firstPane = i;
        endPane = i;
        while (endPane < starts.length && starts[endPane] < window.end()) {
          endPane++;
        }
        return true;
      }
    }
    return false;
  }

  /** Resumable: false for no room, or no time. */
  private boolean fireWindow() throws Exception {
    if (cursor == null) {
      cursor =
          endPane - firstPane == 1
              ? panes.cursor(starts[firstPane])
              : panes.merged(starts, firstPane, endPane, this);
    }
    while (cursor.advance()) {
      fireKey();
      if (!context.mayGoOn()) {
        return false;
      }
    }
    cursor = null;
    return true;
  }

  /** Fires the window for the cursor's key. */
  private void fireKey() throws Exception {
    if (progress.ofCurrentKey(watermark) >= fired) {
      return; // It had fired for the key's group before the restore.
    }
    A accumulator = cursor.accumulator();
    boolean belongsToState = endPane - firstPane == 1 && keptAfterFiring;
    emit(accumulator, target, belongsToState && !immutable);
  }

  /** What belongs to the state goes out as it is only where nobody can change it. */
  @Override
  public A first(A stored) {
    return immutable ? stored : combined(null, stored);
  }

  @Override
  public A merge(A merged, A stored) {
    return combined(merged, stored);
  }

  /** Merges without ever changing what belongs to the state. */
  private A combined(A merged, A accumulator) {
    A result =
        aggregate.merge(merged == null ? aggregate.createAccumulator() : merged, accumulator);
    return result == accumulator && !immutable ? serializer.copy(result) : result;
  }

  /**
   * @param lent whether the accumulator is the state's own and will be needed again: a result that
   *     is the accumulator itself must be a copy then, as its receiver may change it, or keep it
   *     while it changes
   */
  @SuppressWarnings("unchecked") // without an evaluation results are what is emitted
  private void emit(A accumulator, long currentWatermark, boolean lent) throws Exception {
    R result = aggregate.getResult(accumulator);
    // Collected records are only read from, through an Iterable.
    boolean readOnly = evaluated && aggregate instanceof CollectingAggregate<?>;
    if (lent && result == accumulator && !readOnly) {
      result = (R) serializer.copy(accumulator);
    }
    if (evaluated) {
      evaluator.evaluate(state.currentKey(), window, result, currentWatermark);
    } else {
      out.process((O) result, window.maxTimestamp());
    }
  }

  private void finishFiring() {
    advance(target);
    nextDue = Long.MAX_VALUE;
    for (long start : starts) {
      if (!layout.isCovered(start) || expiryOf(start) <= watermark) {
        panes.drop(start);
      } else {
        expect(start);
      }
    }
    starts = new long[0];
    firing = false;
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
      if (left == null) {
        return right;
      }
      try {
        return function.reduce(left, right);
      } catch (Exception e) {
        throw Functions.<RuntimeException>rethrow(e);
      }
    }
  }
}
