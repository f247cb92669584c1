package io.millrace.jobmanager;

import io.millrace.runtime.id.JobId;

/** There is no job of that id. */
public final class UnknownJobException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnknownJobException(JobId job) {
    super("There is no job " + job + " (millrace list shows the jobs)");
  }
}
