package io.millrace.examples.hotauctions;

import io.millrace.core.function.Collector;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.window.TimeWindow;

/** Puts auction and window to a count. */
final class NameWindow extends ProcessWindowFunction<Long, AuctionCount, Long, TimeWindow> {
  private static final long serialVersionUID = 1L;

  @Override
  public void process(
      Long auction,
      Context<TimeWindow> context,
      Iterable<Long> counts,
      Collector<AuctionCount> out) {
    out.collect(new AuctionCount(context.window().end(), auction, counts.iterator().next()));
  }
}
