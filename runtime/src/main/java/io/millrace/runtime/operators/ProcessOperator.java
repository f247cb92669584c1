package io.millrace.runtime.operators;

import io.millrace.core.function.Collector;
import io.millrace.core.function.OutputTag;
import io.millrace.core.function.ProcessFunction;
import io.millrace.core.function.TimerService;
import io.millrace.core.types.FreshBoxes;

/** Runs a {@link ProcessFunction}; is its collector and its context itself. */
public final class ProcessOperator<I, O> extends FunctionOperator<ProcessFunction<I, O>, I, O>
    implements Collector<O>, ProcessFunction.Context {
  private final ProcessFunction<I, O> function;
  private SideOutputs sideOutputs;
  private TimerService time;
  private long timestamp;

  public ProcessOperator(ProcessFunction<I, O> function) {
    super(function);
    this.function = function;
  }

  @Override
  public void open() throws Exception {
    sideOutputs = new SideOutputs(context);
    time = new UnkeyedTime(context);
    super.open();
  }

  @Override
  public void process(I value, long recordTimestamp) throws Exception {
    timestamp = recordTimestamp;
    function.processElement(value, this, this);
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
}
