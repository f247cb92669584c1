package io.millrace.benchmarks.workload;

import io.millrace.core.function.Collector;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.window.TimeWindow;

/** Puts a window's count together with its auction and end. */
final class WithWindow extends ProcessWindowFunction<Long, AuctionBids, Long, TimeWindow> {
  private static final long serialVersionUID = 1L;

  @Override
  public void process(
      Long auction,
      Context<TimeWindow> context,
      Iterable<Long> counts,
      Collector<AuctionBids> out) {
    out.collect(new AuctionBids(auction, context.window().end(), counts.iterator().next()));
  }
}
