package io.millrace.jobmanager;

/** A job could not do what it was asked to; the message says why and what helps. */
public final class JobRequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public JobRequestException(String message) {
    super(message);
  }

  public JobRequestException(String message, Throwable cause) {
    super(message, cause);
  }
}
