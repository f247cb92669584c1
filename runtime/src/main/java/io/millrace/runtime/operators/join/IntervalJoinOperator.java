package io.millrace.runtime.operators.join;

import io.millrace.core.function.Collector;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.ProcessJoinFunction;
import io.millrace.core.function.RuntimeContext.Counter;
import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.TypeSerializer;
import io.millrace.core.window.TimeWindow;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.Functions;
import io.millrace.runtime.operators.OperatorSnapshot;
import io.millrace.runtime.operators.SideOutputs;
import io.millrace.runtime.operators.TwoInputFunctionOperator;
import io.millrace.runtime.operators.window.EventTimeProgress;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.PanedRows;
import io.millrace.runtime.state.RowList;

/**
 * Joins records of a key whose times are not further apart than an interval says. Each side's
 * records are kept in panes, marked with their timestamps, and a pane is dropped as a whole once
 * event time has left no record of the other side that could meet its own. A record behind the
 * watermark is late: it is counted and meets nobody. Is the function's collector and context
 * itself.
 */
public final class IntervalJoinOperator<A, B, O>
    extends TwoInputFunctionOperator<ProcessJoinFunction<A, B, O>, A, B, O>
    implements Collector<O>, ProcessJoinFunction.Context {
  private final ProcessJoinFunction<A, B, O> function;
  private final IntervalJoinSpec<A, B, O> spec;
  private final long paneLength;
  private final long lower;
  private final long upper;

  private PanedRows<A> lefts;
  private PanedRows<B> rights;
  private TypeSerializer<A> leftRows;
  private TypeSerializer<B> rightRows;
  private EventTimeProgress progress;
  private SideOutputs sideOutputs;
  private Counter late;
  private long watermark;

  /** The first watermark at which a pane can be dropped. */
  private long nextDrop = Long.MAX_VALUE;

  private final RowList<A> metLefts = new RowList<>();
  private final RowList<B> metRights = new RowList<>();
  private long leftTimestamp;
  private long rightTimestamp;

  public IntervalJoinOperator(IntervalJoinSpec<A, B, O> spec) {
    super(spec.function());
    this.function = spec.function();
    this.spec = spec;
    this.paneLength = spec.paneLength();
    this.lower = spec.lower();
    this.upper = spec.upper();
  }

  @Override
  public void open() throws Exception {
    KeyedStateBackend<?> state = context.keyedState();
    lefts = state.panedRows("$interval-" + paneLength + ".left", spec.left());
    rights = state.panedRows("$interval-" + paneLength + ".right", spec.right());
    progress = new EventTimeProgress(context);
    watermark = progress.lowest();
    sideOutputs = new SideOutputs(context);
    late = context.runtimeContext().counter("lateRecordsDropped");
    leftRows = spec.left().serializer();
    rightRows = spec.right().serializer();
    super.open();
    findNextDrop();
  }

  @Override
  public void process1(A value, long timestamp) throws Exception {
    if (isLate(value, timestamp)) {
      return;
    }
    long from = timestamp + lower;
    long to = timestamp + upper;
    metRights.clear();
    for (long pane = paneOf(from); pane <= to; pane += paneLength) {
      rights.read(pane, from, to, metRights);
    }
    keep(lefts, leftRows, value, timestamp, upper);
    leftTimestamp = timestamp;
    for (int i = 0; i < metRights.size(); i++) {
      rightTimestamp = metRights.mark(i);
      function.processElement(value, metRights.get(i), this, this);
    }
  }

  @Override
  public void process2(B value, long timestamp) throws Exception {
    if (isLate(value, timestamp)) {
      return;
    }
    long from = timestamp - upper;
    long to = timestamp - lower;
    metLefts.clear();
    for (long pane = paneOf(from); pane <= to; pane += paneLength) {
      lefts.read(pane, from, to, metLefts);
    }
    keep(rights, rightRows, value, timestamp, -lower);
    rightTimestamp = timestamp;
    for (int i = 0; i < metLefts.size(); i++) {
      leftTimestamp = metLefts.mark(i);
      function.processElement(metLefts.get(i), value, this, this);
    }
  }

  private boolean isLate(Object value, long timestamp) {
    if (timestamp == TimestampAssigner.NO_TIMESTAMP) {
      throw new IllegalStateException(
          "Operator '"
              + context.runtimeContext().getTaskName()
              + "': the record "
              + value
              + " has no timestamp, so nothing is within an interval of it; give the source a "
              + "WatermarkStrategy with withTimestampAssigner(...), or call "
              + "assignTimestampsAndWatermarks(...) before the join");
    }
    if (timestamp >= progress.ofCurrentKey(watermark)) {
      return false;
    }
    late.inc();
    return true;
  }

  private long paneOf(long timestamp) {
    return TimeWindow.startOf(timestamp, 0, paneLength);
  }

  /**
   * Keeps a record as long as one of the other side can meet it: a copy if it can be changed, since
   * the user's function gets the record itself.
   *
   * @param reach how much later than it the other one can be, in milliseconds
   */
  private <T> void keep(
      PanedRows<T> rows, TypeSerializer<T> type, T value, long timestamp, long reach) {
    if (timestamp + reach < watermark) {
      return; // Whoever could have met it would be late.
    }
    long pane = paneOf(timestamp);
    rows.add(pane, type.isImmutable() ? value : type.copy(value), timestamp);
    nextDrop = Math.min(nextDrop, dropOf(pane, reach));
  }

  /** The first watermark behind which all that could meet a pane's records would be. */
  private long dropOf(long pane, long reach) {
    return pane + paneLength + reach;
  }

  @Override
  public boolean onWatermark(long newWatermark) throws Exception {
    watermark = Math.max(watermark, newWatermark);
    if (watermark >= nextDrop) {
      drop(lefts, upper);
      drop(rights, -lower);
      findNextDrop();
    }
    return true;
  }

  private void drop(PanedRows<?> rows, long reach) {
    for (long pane : rows.panes()) {
      if (dropOf(pane, reach) <= watermark) {
        rows.drop(pane);
      }
    }
  }

  private void findNextDrop() {
    nextDrop = Math.min(nextDropOf(lefts, upper), nextDropOf(rights, -lower));
  }

  private long nextDropOf(PanedRows<?> rows, long reach) {
    long[] panes = rows.panes();
    return panes.length == 0 ? Long.MAX_VALUE : dropOf(panes[0], reach);
  }

  @Override
  public void collect(O record) {
    try {
      out.process(record, getTimestamp());
    } catch (Exception e) {
      throw Functions.<RuntimeException>rethrow(e);
    }
  }

  @Override
  public long getLeftTimestamp() {
    return leftTimestamp;
  }

  @Override
  public long getRightTimestamp() {
    return rightTimestamp;
  }

  @Override
  public long getTimestamp() {
    return Math.max(leftTimestamp, rightTimestamp);
  }

  @Override
  public <X> void output(OutputTag<X> tag, X value) {
    try {
      sideOutputs.find(tag).process(value, getTimestamp());
    } catch (Exception e) {
      throw Functions.<RuntimeException>rethrow(e);
    }
  }

  @Override
  public void snapshot(CheckpointId checkpoint, OperatorSnapshot snapshot) throws Exception {
    progress.store(watermark, 0);
    super.snapshot(checkpoint, snapshot);
  }
}
