package io.millrace.runtime.operators.join;

import io.millrace.core.function.CoGroupFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.FlatJoinFunction;
import io.millrace.core.function.Function;
import io.millrace.core.function.JoinFunction;
import io.millrace.core.function.RuntimeContext.Counter;
import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.window.SlidingEventTimeWindows;
import io.millrace.core.window.TumblingEventTimeWindows;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.Functions;
import io.millrace.runtime.operators.OperatorSnapshot;
import io.millrace.runtime.operators.TwoInputFunctionOperator;
import io.millrace.runtime.operators.window.DueWindows;
import io.millrace.runtime.operators.window.EventTimeProgress;
import io.millrace.runtime.operators.window.LateRecords;
import io.millrace.runtime.operators.window.PaneLayout;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.PanedRows;
import io.millrace.runtime.state.PanedRows.KeyWalk;
import io.millrace.runtime.state.RowList;
import java.util.stream.LongStream;

/**
 * Joins and co-groups two keyed streams over tumbling and sliding event-time windows. Each record
 * is a row in one pane of its side, however many windows overlap there; when a window ends, the
 * keys of its panes are walked and their rows paired. There are no timers a key. Firing is
 * resumable after each pair.
 */
public final class WindowJoinOperator<A, B, O> extends TwoInputFunctionOperator<Function, A, B, O>
    implements Collector<O> {
  private final WindowJoinSpec<A, B, O> spec;
  private final PaneLayout layout;
  private final long paneLength;

  /** Whether keys with rows on one side alone are of no interest. */
  private final boolean inner;

  private final FlatJoinFunction<A, B, O> pairs;
  private final CoGroupFunction<A, B, O> groups;

  private PanedRows<A> firstRows;
  private PanedRows<B> secondRows;
  private EventTimeProgress progress;
  private DueWindows due;
  private Counter late;

  /** Number of the last record, so that rows of several panes come in the order of arrival. */
  private long sequence;

  // The pane of the last record: most records fall into the same one.
  private long pane;
  private long paneStart = 1;
  private long paneEnd;
  private long paneFirstFire;

  // A firing under way: the pane whose keys are walked, first those of the first side.
  private boolean walksSecond;
  private int walked;
  private KeyWalk walk;

  // The rows of the current key, and the pair that is next.
  private final RowList<A> lefts = new RowList<>();
  private final RowList<B> rights = new RowList<>();
  private int left;
  private int right;
  private long timestamp;

  public WindowJoinOperator(WindowJoinSpec<A, B, O> spec) {
    super(JoinEvaluation.functionOf(spec.evaluation()));
    this.spec = spec;
    this.layout =
        spec.assigner() instanceof TumblingEventTimeWindows tumbling
            ? PaneLayout.of(tumbling)
            : PaneLayout.of((SlidingEventTimeWindows) spec.assigner());
    this.paneLength = layout.paneLength();
    if (spec.evaluation() instanceof JoinEvaluation.Groups<A, B, O> grouped) {
      this.inner = false;
      this.groups = grouped.function();
      this.pairs = (first, second, out) -> {};
    } else {
      this.inner = true;
      this.groups = (first, second, out) -> {};
      this.pairs =
          spec.evaluation() instanceof JoinEvaluation.Pairs<A, B, O> one
              ? new OneOfEach<>(one.function())
              : ((JoinEvaluation.FlatPairs<A, B, O>) spec.evaluation()).function();
    }
  }

  @Override
  public void open() throws Exception {
    KeyedStateBackend<?> state = context.keyedState();
    firstRows = state.panedRows(layout.stateName() + ".first", spec.first());
    secondRows = state.panedRows(layout.stateName() + ".second", spec.second());
    progress = new EventTimeProgress(context);
    sequence = progress.sequence();
    due = new DueWindows(layout, spec.lateness(), progress);
    late = context.runtimeContext().counter("lateRecordsDropped");
    super.open();
    for (long start : panes()) {
      due.expect(start);
    }
  }

  private long[] panes() {
    return LongStream.concat(LongStream.of(firstRows.panes()), LongStream.of(secondRows.panes()))
        .sorted()
        .distinct()
        .toArray();
  }

  @Override
  public void process1(A value, long time) throws Exception {
    if (isInTime(value, time) || isTaken()) {
      firstRows.add(pane, value, ++sequence);
      if (paneFirstFire <= due.horizon()) {
        fireAgain();
      }
    }
  }

  @Override
  public void process2(B value, long time) throws Exception {
    if (isInTime(value, time) || isTaken()) {
      secondRows.add(pane, value, ++sequence);
      if (paneFirstFire <= due.horizon()) {
        fireAgain();
      }
    }
  }

  /** Finds the record's pane; whether none of its windows has fired, for any key. */
  private boolean isInTime(Object value, long time) {
    if (time < paneStart || time >= paneEnd) {
      selectPane(value, time);
    }
    return paneFirstFire > due.horizon();
  }

  private void selectPane(Object value, long time) {
    if (time == TimestampAssigner.NO_TIMESTAMP) {
      throw LateRecords.noTimestamp(context, value);
    }
    pane = layout.paneOf(time);
    paneStart = pane;
    paneEnd = pane + paneLength;
    paneFirstFire = due.firstEnd(pane);
    if (paneFirstFire > due.horizon()) {
      due.expect(pane);
    }
  }

  /** Whether a window takes a record of a pane of which one has fired; if not, it is counted. */
  private boolean isTaken() {
    if (!layout.isCovered(pane)) {
      return false;
    }
    if (due.expiryOf(pane) > progress.ofCurrentKey(due.watermark())) {
      return true;
    }
    late.inc();
    return false;
  }

  /** Evaluates the windows of the pane that have fired for the current key and are still kept. */
  private void fireAgain() throws Exception {
    long reached = progress.ofCurrentKey(due.watermark());
    long last = layout.lastWindow(pane);
    for (long start = layout.firstWindow(pane); start <= last; start += layout.slide()) {
      long end = layout.maxTimestamp(start);
      if (end <= reached && due.expiry(end) > reached) {
        timestamp = end;
        lefts.clear();
        rights.clear();
        for (long each = start; each <= end; each += paneLength) {
          gather(firstRows, each, lefts);
          gather(secondRows, each, rights);
        }
        evaluateAtOnce();
      }
    }
    due.expect(pane);
  }

  private static <T> void gather(PanedRows<T> rows, long pane, RowList<T> into) {
    int middle = into.size();
    rows.read(pane, Long.MIN_VALUE, Long.MAX_VALUE, into);
    into.merge(middle);
  }

  private void evaluateAtOnce() throws Exception {
    if (inner) {
      for (int i = 0; i < lefts.size(); i++) {
        for (int j = 0; j < rights.size(); j++) {
          pairs.join(lefts.get(i), rights.get(j), this);
        }
      }
    } else {
      groups.coGroup(lefts, rights, this);
    }
    lefts.clear();
    rights.clear();
  }

  @Override
  public boolean onWatermark(long newWatermark) throws Exception {
    if (!due.isFiring()) {
      if (!due.isDue(newWatermark)) {
        return true;
      }
      due.begin(newWatermark, panes());
      if (!beginWindow()) {
        finish();
        return true;
      }
    }
    do {
      if (!fireWindow()) {
        return false;
      }
    } while (beginWindow());
    finish();
    return true;
  }

  private boolean beginWindow() {
    if (!due.next()) {
      return false;
    }
    timestamp = due.maxTimestamp();
    walksSecond = false;
    walked = 0;
    walk = firstRows.keys(due.pane(0));
    return true;
  }

  /** Resumable: false for no room, or no time. */
  private boolean fireWindow() throws Exception {
    do {
      if (!emitPairs()) {
        return false;
      }
      while (!walk.advance()) {
        if (!nextWalk()) {
          return true;
        }
      }
      gatherKey();
      if (!inner && !(lefts.isEmpty() && rights.isEmpty())) {
        evaluateAtOnce();
      }
      if (!context.mayGoOn()) {
        return false;
      }
    } while (true);
  }

  /** Goes to the keys of the next pane; of the second side only if one side is enough. */
  private boolean nextWalk() {
    walked++;
    if (walked == due.paneCount()) {
      if (inner || walksSecond) {
        return false;
      }
      walksSecond = true;
      walked = 0;
    }
    walk = walksSecond ? secondRows.keys(due.pane(walked)) : firstRows.keys(due.pane(walked));
    return true;
  }

  /** Emits what is left of the pairs of the current key; false for no room, or no time. */
  private boolean emitPairs() throws Exception {
    while (left < lefts.size()) {
      pairs.join(lefts.get(left), rights.get(right), this);
      right++;
      if (right == rights.size()) {
        right = 0;
        left++;
      }
      if (!context.mayGoOn()) {
        return false;
      }
    }
    if (left > 0) {
      left = 0;
      lefts.clear();
      rights.clear();
    }
    return true;
  }

  /** Reads the rows of the current key in the window's panes, unless it has had its turn. */
  private void gatherKey() {
    if (progress.ofCurrentKey(due.watermark()) >= timestamp) {
      return; // It had fired for the key's group before the restore.
    }
    int panes = due.paneCount();
    for (int i = 0; i < (walksSecond ? panes : walked); i++) {
      if (firstRows.contains(due.pane(i))) {
        return;
      }
    }
    for (int i = 0; walksSecond && i < walked; i++) {
      if (secondRows.contains(due.pane(i))) {
        return;
      }
    }
    for (int i = 0; i < panes; i++) {
      gather(secondRows, due.pane(i), rights);
    }
    if (inner && rights.isEmpty()) {
      return;
    }
    for (int i = walked; !walksSecond && i < panes; i++) {
      gather(firstRows, due.pane(i), lefts);
    }
  }

  private void finish() {
    for (long start : due.finish()) {
      if (due.isDone(start)) {
        firstRows.drop(start);
        secondRows.drop(start);
      }
    }
  }

  @Override
  public void collect(O record) {
    try {
      out.process(record, timestamp);
    } catch (Exception e) {
      throw Functions.<RuntimeException>rethrow(e);
    }
  }

  @Override
  public void snapshot(CheckpointId checkpoint, OperatorSnapshot snapshot) throws Exception {
    progress.store(due.watermark(), sequence);
    super.snapshot(checkpoint, snapshot);
  }

  /** A join as a flat join; nested, so that each copy calls one user function. */
  private record OneOfEach<A, B, O>(JoinFunction<A, B, O> function)
      implements FlatJoinFunction<A, B, O> {
    @Override
    public void join(A first, B second, Collector<O> out) throws Exception {
      out.collect(function.join(first, second));
    }
  }
}
