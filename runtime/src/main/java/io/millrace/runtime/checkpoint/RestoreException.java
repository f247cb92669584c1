package io.millrace.runtime.checkpoint;

/** A checkpoint does not fit the job that is to start from it; the message names the remedy. */
public final class RestoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RestoreException(String message) {
    super(message);
  }
}
