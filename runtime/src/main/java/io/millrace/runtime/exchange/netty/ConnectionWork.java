package io.millrace.runtime.exchange.netty;

/** What a task leaves for its connection's event loop. */
interface ConnectionWork {
  /** On the event loop. */
  void service(PeerConnection owner);
}
