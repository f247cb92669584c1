package io.millrace.runtime.state;

import io.millrace.core.function.PermanentFailure;

/**
 * A snapshot's file that was read, but is not what was written: damaged, cut off, gone from among
 * the others, or of another format. Names file and section. Reading it again would bring the same;
 * a read that fails is an {@link java.io.IOException}, and may be tried again.
 */
public final class CorruptStateException extends RuntimeException implements PermanentFailure {
  private static final long serialVersionUID = 1L;

  public CorruptStateException(String message) {
    super(message);
  }

  public CorruptStateException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isPermanent() {
    return true;
  }
}
