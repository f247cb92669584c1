package io.millrace.benchmarks.workload;

import io.millrace.core.function.AggregateFunction;

/** Counts bids. */
final class CountBids implements AggregateFunction<Bid, Long, Long> {
  private static final long serialVersionUID = 1L;

  @Override
  public Long createAccumulator() {
    return 0L;
  }

  @Override
  public Long add(Bid bid, Long count) {
    return count + 1;
  }

  @Override
  public Long getResult(Long count) {
    return count;
  }

  @Override
  public Long merge(Long left, Long right) {
    return left + right;
  }
}
