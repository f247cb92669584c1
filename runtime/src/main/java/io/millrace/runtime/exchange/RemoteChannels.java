package io.millrace.runtime.exchange;

import io.millrace.runtime.id.ChannelId;
import java.io.IOException;

/** Opens channels to other processes. Safe for use by any thread. */
public interface RemoteChannels {
  /** The sending end; the consumer's process will ask for the channel. */
  OutputChannel output(ChannelId id, BatchLayout layout, ClassLoader userLoader) throws IOException;

  /** The receiving end; asks the producer's process for the channel. */
  InputChannel input(
      ChannelId id, String host, int port, BatchLayout layout, ClassLoader userLoader)
      throws IOException;
}
