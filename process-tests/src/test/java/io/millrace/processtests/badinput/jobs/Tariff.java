package io.millrace.processtests.badinput.jobs;

import io.millrace.core.function.MapFunction;

/** A function that can't be shipped: it holds what only this process has. */
final class Tariff implements MapFunction<Long, Long> {
  private static final long serialVersionUID = 1L;

  private final PriceList prices = new PriceList();

  @Override
  public Long map(Long id) {
    return prices.of(id);
  }

  /** Not serializable. */
  static final class PriceList {
    private final Thread refresher = Thread.currentThread();

    long of(long id) {
      return refresher.isAlive() ? id : 0;
    }
  }
}
