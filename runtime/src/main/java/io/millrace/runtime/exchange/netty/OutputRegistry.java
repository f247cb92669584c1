package io.millrace.runtime.exchange.netty;

import io.millrace.runtime.id.ChannelId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a consumer's request and the producer's output of a channel find each other, whichever
 * comes first. Any thread; never calls out under its lock (FC7). Whoever takes an output out of
 * here owns the reading end of its queue.
 */
final class OutputRegistry {
  /** A consumer's request that waits on the connection it came by. */
  record Waiting(PeerConnection connection, WireFormat.OpenRequest request) {}

  private final Map<ChannelId, NettyOutputChannel> outputs = new HashMap<>();
  private final Map<ChannelId, Waiting> requests = new HashMap<>();
  private boolean closed;

  /** The request that waited for the output, if one did: the output is its connection's then. */
  synchronized Optional<Waiting> register(NettyOutputChannel output) {
    if (closed) {
      throw new ExchangeException("Channel " + output.id() + ": the exchange is closed");
    }
    Waiting waiting = requests.remove(output.id());
    if (waiting != null) {
      return Optional.of(waiting);
    }
    if (outputs.putIfAbsent(output.id(), output) != null) {
      throw new ExchangeException("Channel " + output.id() + " has been opened before");
    }
    return Optional.empty();
  }

  /** The output that waited for the request, if one did: it is the connection's then. */
  synchronized Optional<NettyOutputChannel> request(Waiting waiting) {
    ChannelId id = waiting.request().id();
    NettyOutputChannel output = outputs.remove(id);
    if (output != null) {
      return Optional.of(output);
    }
    if (requests.putIfAbsent(id, waiting) != null) {
      throw new ExchangeException("Channel " + id + " has been requested before");
    }
    return Optional.empty();
  }

  /** Whether the request was still waiting. */
  synchronized boolean withdraw(Waiting waiting) {
    return requests.remove(waiting.request().id(), waiting);
  }

  /** Whether the output was still waiting: the caller owns its queue then. */
  synchronized boolean withdraw(NettyOutputChannel output) {
    return outputs.remove(output.id(), output);
  }

  /** Forgets the requests of a connection that is gone. */
  synchronized void withdrawAll(PeerConnection connection) {
    Iterator<Waiting> all = requests.values().iterator();
    while (all.hasNext()) {
      if (all.next().connection() == connection) {
        all.remove();
      }
    }
  }

  /** Takes nothing more; returns the outputs that nobody had asked for. */
  synchronized List<NettyOutputChannel> close() {
    closed = true;
    List<NettyOutputChannel> left = new ArrayList<>(outputs.values());
    outputs.clear();
    requests.clear();
    return left;
  }
}
