package io.millrace.runtime.submit;

/** A job failed for good. */
public final class JobFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient JobResult result;

  public JobFailedException(JobResult result) {
    super(
        "Job '"
            + result.name()
            + "' ("
            + result.id()
            + ") failed: "
            + result.failure().map(JobResult.Failure::summary).orElse("no reason was reported"));
    this.result = result;
  }

  public JobResult result() {
    return result;
  }
}
