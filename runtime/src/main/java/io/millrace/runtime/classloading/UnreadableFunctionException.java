package io.millrace.runtime.classloading;

import io.millrace.core.function.PermanentFailure;
import java.io.IOException;

/**
 * What a job was submitted with can't be read: a class is missing from its jars, or is another one
 * there. A restart would find the same.
 */
public final class UnreadableFunctionException extends IOException implements PermanentFailure {
  private static final long serialVersionUID = 1L;

  UnreadableFunctionException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isPermanent() {
    return true;
  }
}
