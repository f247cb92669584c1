package io.millrace.runtime.exchange.netty;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * The outputs of a connection that may have something to send, in turn: each gets a quantum, so
 * that none waits for another's burst. On the connection's event loop.
 */
final class SendQueue {
  private static final int QUANTUM_BYTES = 64 << 10;

  private final ArrayDeque<NettyOutputChannel> turns = new ArrayDeque<>();
  private final Set<NettyOutputChannel> members = new HashSet<>();

  void add(NettyOutputChannel output) {
    if (members.add(output)) {
      turns.add(output);
    }
  }

  boolean isEmpty() {
    return turns.isEmpty();
  }

  /** Lets the next output send. */
  void transmitNext(PeerConnection owner) {
    NettyOutputChannel output = turns.remove();
    members.remove(output);
    switch (output.transmit(owner, QUANTUM_BYTES)) {
      case MORE -> add(output);
      case WAITING -> {}
      case DONE -> owner.forget(output);
    }
  }

  void clear() {
    turns.clear();
    members.clear();
  }
}
