package io.millrace.runtime.exchange.netty;

import io.millrace.runtime.exchange.BatchLayout;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.id.ChannelId;

/**
 * Channels to other processes over a {@link DataExchange}.
 *
 * @param batchRecords most records of a batch that is sent
 */
public record NettyChannels(DataExchange exchange, int batchRecords) implements RemoteChannels {
  @Override
  public OutputChannel output(ChannelId id, BatchLayout layout, ClassLoader userLoader) {
    return exchange.openOutput(id, BatchCodec.of(layout, batchRecords, userLoader));
  }

  @Override
  public InputChannel input(
      ChannelId id, String host, int port, BatchLayout layout, ClassLoader userLoader) {
    return exchange.openInput(id, host, port, BatchCodec.of(layout, userLoader));
  }
}
