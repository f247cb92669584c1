package io.millrace.runtime.submit;

/** A job was not taken; the message says why and what helps. */
public final class JobSubmissionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public JobSubmissionException(String message) {
    super(message);
  }

  public JobSubmissionException(String message, Throwable cause) {
    super(message, cause);
  }
}
