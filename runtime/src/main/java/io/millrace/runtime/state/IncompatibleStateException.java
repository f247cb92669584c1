package io.millrace.runtime.state;

import io.millrace.core.function.PermanentFailure;

/** State that cannot be what the job asks for; names operator, state, difference and remedy. */
public final class IncompatibleStateException extends RuntimeException implements PermanentFailure {
  private static final long serialVersionUID = 1L;

  public IncompatibleStateException(String operator, String state, String difference) {
    super(
        "State '"
            + state
            + "' of operator "
            + operator
            + " cannot be used: "
            + difference
            + ". Give the changed state another name, or change its type back");
  }

  public IncompatibleStateException(String message) {
    super(message);
  }

  @Override
  public boolean isPermanent() {
    return true;
  }
}
