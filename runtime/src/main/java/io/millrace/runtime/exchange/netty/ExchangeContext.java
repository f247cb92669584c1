package io.millrace.runtime.exchange.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the connections and channels of one {@link DataExchange} share. Any thread. */
record ExchangeContext(
    ExchangeOptions options,
    EventLoopGroup loops,
    ByteBufAllocator allocator,
    ExchangeCounters counters,
    FloatingBudget floating,
    OutputRegistry outputs) {
  private static final Logger LOG = LoggerFactory.getLogger(ExchangeContext.class);

  ExchangeOptions.Limits limits() {
    return options.limits();
  }

  /** Drops what a finished producer left if no consumer comes for it in time. */
  void expireUnclaimed(NettyOutputChannel output) {
    ScheduledFuture<?> unused =
        loops.schedule(
            () -> {
              if (outputs.withdraw(output)) {
                LOG.warn(
                    "Channel {}: no consumer came for its data within {} ms, dropping it",
                    output.id(),
                    options.openTimeout().toMillis());
                output.giveUp();
              }
            },
            options.openTimeout().toMillis(),
            TimeUnit.MILLISECONDS);
  }
}
