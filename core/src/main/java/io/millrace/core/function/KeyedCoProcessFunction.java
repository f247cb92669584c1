package io.millrace.core.function;

/** Processing over two connected keyed streams that share keyed state. */
public abstract class KeyedCoProcessFunction<K, A, B, O> extends AbstractRichFunction {
  public abstract void processElement1(
      A value, KeyedProcessFunction.Context<K> ctx, Collector<O> out) throws Exception;

  public abstract void processElement2(
      B value, KeyedProcessFunction.Context<K> ctx, Collector<O> out) throws Exception;

  public void onTimer(long timestamp, KeyedProcessFunction.OnTimerContext<K> ctx, Collector<O> out)
      throws Exception {}
}
