package io.millrace.runtime.task;

import io.millrace.runtime.id.AttemptId;
import org.slf4j.MDC;

/**
 * What log lines of a subtask's thread say they are about: job, operator and subtask. Made once,
 * put in place for each step.
 */
record LogContext(String job, String operator, String subtask) {
  static LogContext of(AttemptId attempt, String operator) {
    return new LogContext(
        attempt.job().toString(), operator, Integer.toString(attempt.subtask().index()));
  }

  void enter() {
    MDC.put("job", job);
    MDC.put("operator", operator);
    MDC.put("subtask", subtask);
  }

  static void leave() {
    MDC.remove("job");
    MDC.remove("operator");
    MDC.remove("subtask");
  }
}
