package io.millrace.runtime.task;

import io.millrace.runtime.rpc.ToJobManager.FailureKind;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * Makes plain text of what went wrong, so that nobody needs the user's exception classes to read
 * it.
 */
final class TaskFailures {
  private TaskFailures() {}

  static TaskFailure describe(String operator, Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message =
        failure.getMessage() == null ? failure.getClass().getName() : failure.getMessage();
    StringBuilder summary = new StringBuilder(operator).append(": ");
    if (failure.getMessage() != null && !(failure instanceof IllegalStateException)) {
      summary.append(failure.getClass().getSimpleName()).append(": ");
    }
    summary.append(message);
    if (root != failure && root.getMessage() != null && !message.contains(root.getMessage())) {
      summary
          .append(" (cause: ")
          .append(root.getClass().getSimpleName())
          .append(": ")
          .append(root.getMessage())
          .append(')');
    }
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    return new TaskFailure(summary.toString(), trace.toString(), FailureKind.of(failure));
  }
}
