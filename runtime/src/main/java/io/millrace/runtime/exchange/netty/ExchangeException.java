package io.millrace.runtime.exchange.netty;

/**
 * A channel or a connection of the exchange that failed; the message names the peer and channel.
 */
public final class ExchangeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean followsFromPeer;

  public ExchangeException(String message) {
    super(message);
    this.followsFromPeer = false;
  }

  public ExchangeException(String message, Throwable cause) {
    super(message, cause);
    this.followsFromPeer = false;
  }

  private ExchangeException(String message, Throwable cause, boolean followsFromPeer) {
    super(message, cause);
    this.followsFromPeer = followsFromPeer;
  }

  /** The other end has gone, or can't be reached: whatever ended it is told elsewhere. */
  static ExchangeException peerGone(String message) {
    return new ExchangeException(message, null, true);
  }

  /** The same with what was seen of it here. */
  static ExchangeException peerGone(String message, Throwable seen) {
    return new ExchangeException(message, seen, true);
  }

  /** Whether this only follows from the end of another subtask or process. */
  public boolean followsFromPeer() {
    return followsFromPeer;
  }
}
