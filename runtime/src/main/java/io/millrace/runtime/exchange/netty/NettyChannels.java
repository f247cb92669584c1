package io.millrace.runtime.exchange.netty;

import io.millrace.runtime.exchange.CrossingForm;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.id.ChannelId;

/** Channels to other processes over a {@link DataExchange}. */
public record NettyChannels(DataExchange exchange) implements RemoteChannels {
  @Override
  public OutputChannel output(ChannelId id, CrossingForm<?> form, ClassLoader userLoader) {
    return exchange.openOutput(id, new BatchCodec(form, userLoader));
  }

  @Override
  public InputChannel input(
      ChannelId id, String host, int port, CrossingForm<?> form, ClassLoader userLoader) {
    return exchange.openInput(id, host, port, new BatchCodec(form, userLoader));
  }
}
