package io.millrace.core.function;

/** Processes each pair that an interval join has found. */
public abstract class ProcessJoinFunction<A, B, O> extends AbstractRichFunction {
  /** Records collected here carry the later of the two timestamps. */
  public abstract void processElement(A left, B right, Context ctx, Collector<O> out)
      throws Exception;

  /** What may be known and done while one pair is processed; times in milliseconds. */
  public interface Context {
    long getLeftTimestamp();

    long getRightTimestamp();

    /** The later of the two timestamps. */
    long getTimestamp();

    <X> void output(OutputTag<X> tag, X value);
  }
}
