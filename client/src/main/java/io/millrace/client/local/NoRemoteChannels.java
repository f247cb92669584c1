package io.millrace.client.local;

import io.millrace.runtime.exchange.BatchLayout;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.id.ChannelId;

/** For a cluster of one TaskManager: all its channels are local. */
final class NoRemoteChannels implements RemoteChannels {
  @Override
  public OutputChannel output(ChannelId id, BatchLayout layout, ClassLoader userLoader) {
    throw new IllegalStateException("There is one TaskManager only, yet " + id + " is remote");
  }

  @Override
  public InputChannel input(
      ChannelId id, String host, int port, BatchLayout layout, ClassLoader userLoader) {
    throw new IllegalStateException("There is one TaskManager only, yet " + id + " is remote");
  }
}
