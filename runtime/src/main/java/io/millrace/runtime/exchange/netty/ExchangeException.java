package io.millrace.runtime.exchange.netty;

/**
 * A channel or a connection of the exchange that failed; the message names the peer and channel.
 */
public final class ExchangeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ExchangeException(String message) {
    super(message);
  }

  public ExchangeException(String message, Throwable cause) {
    super(message, cause);
  }
}
