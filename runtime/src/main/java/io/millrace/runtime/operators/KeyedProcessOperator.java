package io.millrace.runtime.operators;

import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.TimeDomain;
import io.millrace.core.function.TimerService;
import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.FreshBoxes;
import io.millrace.runtime.state.KeyedStateBackend;

/**
 * Runs a {@link KeyedProcessFunction} with its state and timers; is its collector and its context
 * itself, so that a record allocates nothing.
 */
public final class KeyedProcessOperator<K, I, O>
    extends FunctionOperator<KeyedProcessFunction<K, I, O>, I, O>
    implements Collector<O>, KeyedProcessFunction.OnTimerContext<K>, KeyedTimers.Firing {
  private final KeyedProcessFunction<K, I, O> function;
  private SideOutputs sideOutputs;
  private KeyedStateBackend<K> state;
  private KeyedTimers timers;
  private long timestamp;
  private TimeDomain firing = TimeDomain.EVENT_TIME;

  public KeyedProcessOperator(KeyedProcessFunction<K, I, O> function) {
    super(function);
    this.function = function;
  }

  @Override
  public void open() throws Exception {
    sideOutputs = new SideOutputs(context);
    state = context.keyedState();
    timers = new KeyedTimers(context);
    super.open();
  }

  @Override
  public void process(I value, long recordTimestamp) throws Exception {
    timestamp = recordTimestamp;
    function.processElement(value, this, this);
  }

  @Override
  public boolean onWatermark(long watermark) throws Exception {
    return timers.fireEventTime(watermark, this);
  }

  @Override
  public boolean onProcessingTime(long now) throws Exception {
    return timers.fireProcessingTime(now, this);
  }

  @Override
  public void fire(long time, TimeDomain domain) throws Exception {
    timestamp = domain == TimeDomain.EVENT_TIME ? time : TimestampAssigner.NO_TIMESTAMP;
    firing = domain;
    function.onTimer(time, this, this);
  }

  @Override
  public void collect(O record) {
    O own = FreshBoxes.of(record);
    try {
      out.process(own, timestamp);
    } catch (Exception e) {
      throw Functions.<RuntimeException>rethrow(e);
    }
  }

  @Override
  public Long timestamp() {
    return RecordTime.orNull(timestamp);
  }

  @Override
  public TimerService timerService() {
    return timers;
  }

  @Override
  public <X> void output(OutputTag<X> tag, X value) {
    try {
      sideOutputs.find(tag).process(value, timestamp);
    } catch (Exception e) {
      throw Functions.<RuntimeException>rethrow(e);
    }
  }

  @Override
  public K getCurrentKey() {
    return state.currentKey();
  }

  @Override
  public TimeDomain timeDomain() {
    return firing;
  }
}
