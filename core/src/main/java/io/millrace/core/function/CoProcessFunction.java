package io.millrace.core.function;

/** Processing over two connected streams; with keyed state and timers if both are keyed. */
public abstract class CoProcessFunction<A, B, O> extends AbstractRichFunction {
  public abstract void processElement1(A value, Context ctx, Collector<O> out) throws Exception;

  public abstract void processElement2(B value, Context ctx, Collector<O> out) throws Exception;

  public void onTimer(long timestamp, OnTimerContext ctx, Collector<O> out) throws Exception {}

  /** What may be known and done while one record is processed. */
  public interface Context {
    Long timestamp();

    TimerService timerService();

    <X> void output(OutputTag<X> tag, X value);
  }

  /** The context of a firing timer. */
  public interface OnTimerContext extends Context {
    TimeDomain timeDomain();
  }
}
