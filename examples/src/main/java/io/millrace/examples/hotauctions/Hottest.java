package io.millrace.examples.hotauctions;

import io.millrace.core.function.Collector;
import io.millrace.core.function.ProcessWindowFunction;
import io.millrace.core.window.TimeWindow;

/** Keeps the auctions with most bids of a window: all of them if several have as many. */
final class Hottest extends ProcessWindowFunction<AuctionCount, AuctionCount, Long, TimeWindow> {
  private static final long serialVersionUID = 1L;

  @Override
  public void process(
      Long windowEnd,
      Context<TimeWindow> context,
      Iterable<AuctionCount> counts,
      Collector<AuctionCount> out) {
    long most = 0;
    for (AuctionCount count : counts) {
      most = Math.max(most, count.bids());
    }
    for (AuctionCount count : counts) {
      if (count.bids() == most) {
        out.collect(count);
      }
    }
  }
}
