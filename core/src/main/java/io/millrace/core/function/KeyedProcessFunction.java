package io.millrace.core.function;

/** Processing with keyed state and timers; called with the key of the record set. */
public abstract class KeyedProcessFunction<K, I, O> extends AbstractRichFunction {
  public abstract void processElement(I value, Context<K> ctx, Collector<O> out) throws Exception;

  /** Called when a timer fires, with the timer's key set. */
  public void onTimer(long timestamp, OnTimerContext<K> ctx, Collector<O> out) throws Exception {}

  /** What may be known and done while one record is processed. */
  public interface Context<K> {
    /**
     * The record's (or timer's) event timestamp in milliseconds, or {@code null} if it has none.
     */
    Long timestamp();

    TimerService timerService();

    <X> void output(OutputTag<X> tag, X value);

    K getCurrentKey();
  }

  /** The context of a firing timer. */
  public interface OnTimerContext<K> extends Context<K> {
    TimeDomain timeDomain();
  }
}
