package io.millrace.runtime.operators;

import io.millrace.core.function.CoProcessFunction;
import io.millrace.core.function.Collector;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.TimeDomain;
import io.millrace.core.function.TimerService;
import io.millrace.core.time.TimestampAssigner;
import java.util.Optional;

/**
 * Runs a {@link CoProcessFunction}, with state and timers if both inputs are keyed; is its
 * collector and its context itself, so that a record allocates nothing.
 */
public final class CoProcessOperator<A, B, O>
    extends TwoInputFunctionOperator<CoProcessFunction<A, B, O>, A, B, O>
    implements Collector<O>, CoProcessFunction.OnTimerContext {
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
    if (keyedTimers.isEmpty()) {
      return true;
    }
    // KG4: a firing timer may register more; one at a time, so that a burst can stop in the middle.
    KeyedTimers timers = keyedTimers.get();
    firing = TimeDomain.EVENT_TIME;
    while (timers.advanceEventTime(watermark)) {
      timestamp = timers.firedTimestamp();
      function.onTimer(timestamp, this, this);
      if (!context.hasRoom()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean onProcessingTime(long now) throws Exception {
    if (keyedTimers.isEmpty()) {
      return true;
    }
    KeyedTimers timers = keyedTimers.get();
    firing = TimeDomain.PROCESSING_TIME;
    while (timers.advanceProcessingTime(now)) {
      timestamp = TimestampAssigner.NO_TIMESTAMP;
      function.onTimer(timers.firedTimestamp(), this, this);
      if (!context.hasRoom()) {
        return false;
      }
    }
    timers.scheduleNext();
    return true;
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
