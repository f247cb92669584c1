package io.millrace.runtime.exchange.netty;

import io.millrace.runtime.exchange.BatchLayout;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.id.ChannelId;

/** Channels to other processes over a {@link DataExchange}. */
public record NettyChannels(DataExchange exchange) implements RemoteChannels {
  @Override
  public OutputChannel output(ChannelId id, BatchLayout layout, ClassLoader userLoader) {
    return exchange.openOutput(id, BatchCodec.of(layout, userLoader));
  }

  @Override
  public InputChannel input(
      ChannelId id, String host, int port, BatchLayout layout, ClassLoader userLoader) {
    return exchange.openInput(id, host, port, BatchCodec.of(layout, userLoader));
  }
}
