package io.millrace.core.function;

/** One record in, any number of records and side outputs out. */
public abstract class ProcessFunction<I, O> extends AbstractRichFunction {
  public abstract void processElement(I value, Context ctx, Collector<O> out) throws Exception;

  /** What may be known and done while one record is processed. */
  public interface Context {
    /** The record's event timestamp in milliseconds, or {@code null} if it has none. */
    Long timestamp();

    TimerService timerService();

    <X> void output(OutputTag<X> tag, X value);
  }
}
