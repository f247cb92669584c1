package io.millrace.examples.hotauctions;

import io.millrace.core.function.Collector;
import io.millrace.core.function.KeyedProcessFunction;
import io.millrace.core.function.OpenContext;
import io.millrace.core.state.ValueState;
import io.millrace.core.state.ValueStateDescriptor;

/**
 * Numbers the bids of each auction from state: a bid that is lost or seen twice shows in all that
 * follow it.
 */
final class NumberBids extends KeyedProcessFunction<Long, Bid, LedgerEntry> {
  private static final long serialVersionUID = 1L;

  private transient ValueState<Long> last;

  @Override
  public void open(OpenContext context) {
    last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Long.class));
  }

  @Override
  public void processElement(Bid bid, Context<Long> context, Collector<LedgerEntry> out) {
    Long before = last.value();
    long sequence = before == null ? 1 : before + 1;
    last.update(sequence);
    out.collect(new LedgerEntry(bid.id(), bid.auction(), sequence));
  }
}
