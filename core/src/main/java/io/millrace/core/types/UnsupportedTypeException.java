package io.millrace.core.types;

import io.millrace.core.function.PermanentFailure;

/**
 * A type that cannot be serialised well or cannot be a key; the message names class, field and
 * remedy. A value of such a type comes again after a restart: the job fails at once.
 */
public final class UnsupportedTypeException extends RuntimeException implements PermanentFailure {
  private static final long serialVersionUID = 1L;

  public UnsupportedTypeException(String message) {
    super(message);
  }

  public UnsupportedTypeException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The same, said of a place: an operator, mostly. */
  public UnsupportedTypeException at(String place) {
    return new UnsupportedTypeException(place + ": " + getMessage(), this);
  }

  @Override
  public boolean isPermanent() {
    return true;
  }
}
