package io.millrace.core.types;

/**
 * A type that cannot be serialised well or cannot be a key; the message names class, field and
 * remedy.
 */
public final class UnsupportedTypeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnsupportedTypeException(String message) {
    super(message);
  }

  public UnsupportedTypeException(String message, Throwable cause) {
    super(message, cause);
  }
}
