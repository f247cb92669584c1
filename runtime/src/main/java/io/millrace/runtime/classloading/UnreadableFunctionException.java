package io.millrace.runtime.classloading;

import io.millrace.core.function.PermanentFailure;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectStreamException;

/**
 * What a job was submitted with can't be read. Where a class is missing from its jars or is another
 * one there, a restart would find the same; code of the function's own that ran and failed may have
 * better luck.
 */
public final class UnreadableFunctionException extends IOException implements PermanentFailure {
  private static final long serialVersionUID = 1L;

  UnreadableFunctionException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isPermanent() {
    Throwable cause = getCause();
    return cause instanceof ClassNotFoundException
        || cause instanceof ObjectStreamException
        || cause instanceof EOFException
        || cause instanceof ClassCastException
        || cause instanceof LinkageError && !(cause instanceof ExceptionInInitializerError);
  }
}
