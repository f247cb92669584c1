package io.millrace.jobmanager.rest;

/** A call that is answered with an error: status, what is wrong, what helps. */
final class RestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String remedy;

  RestException(int status, String error, String remedy) {
    super(error);
    this.status = status;
    this.remedy = remedy;
  }

  int status() {
    return status;
  }

  String remedy() {
    return remedy;
  }
}
