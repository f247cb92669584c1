package io.millrace.runtime.operators;

import io.millrace.core.function.CoProcessFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.TimeDomain;
import io.millrace.core.function.TimerService;
import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.FreshBoxes;
import java.util.Optional;

/**
 * Runs a {@link CoProcessFunction}, with state and timers if both inputs are keyed; is its
 * collector and its context itself, so that a record allocates nothing.
 */
public final class CoProcessOperator<A, B, O>
    extends TwoInputFunctionOperator<CoProcessFunction<A, B, O>, A, B, O>
    implements Collector<O>, CoProcessFunction.OnTimerContext, KeyedTimers.Firing {
  private final CoProcessFunction<A, B, O> function;
  private final boolean keyed;
  private SideOutputs sideOutputs;
  private TimerService time;
  private Optional<KeyedTimers> keyedTimers = Optional.empty();
  private long timestamp;
  private TimeDomain firing = TimeDomain.EVENT_TIME;

  public CoProcessOperator(CoProcessFunction<A, B, O> function, Boolean keyed) {
    super(function);
    this.function = function;
    this.keyed = keyed;
  }

  @Override
  public void open() throws Exception {
    sideOutputs = new SideOutputs(context);
    if (keyed) {
      KeyedTimers timers = new KeyedTimers(context);
      keyedTimers = Optional.of(timers);
      time = timers;
    } else {
      time = new UnkeyedTime(context);
    }
    super.open();
  }

  @Override
  public void process1(A value, long recordTimestamp) throws Exception {
    timestamp = recordTimestamp;
    function.processElement1(value, this, this);
  }

  @Override
  public void process2(B value, long recordTimestamp) throws Exception {
    timestamp = recordTimestamp;
    function.processElement2(value, this, this);
  }

  @Override
  public boolean onWatermark(long watermark) throws Exception {
    return keyedTimers.isEmpty() || keyedTimers.get().fireEventTime(watermark, this);
  }

  @Override
  public boolean onProcessingTime(long now) throws Exception {
    return keyedTimers.isEmpty() || keyedTimers.get().fireProcessingTime(now, this);
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
    return time;
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
  public TimeDomain timeDomain() {
    return firing;
  }
}
