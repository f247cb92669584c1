package io.millrace.runtime.exchange.netty;

/** Where a TaskManager's exchange listens. */
record PeerAddress(String host, int port) {
  @Override
  public String toString() {
    return host + ":" + port;
  }
}
