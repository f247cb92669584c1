package io.millrace.demo;

/** The demo can't go on; the message says why. */
final class DemoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DemoException(String message, Throwable cause) {
    super(message, cause);
  }

  DemoException(String message) {
    super(message);
  }
}
