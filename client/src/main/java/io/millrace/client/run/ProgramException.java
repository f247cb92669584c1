package io.millrace.client.run;

/** A program could not be run, or it threw; the message is for its author. */
public final class ProgramException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean usage;

  private ProgramException(String message, boolean usage, Throwable cause) {
    super(message, cause);
    this.usage = usage;
  }

  /** What was given is not a program that can be run. */
  static ProgramException unusable(String message, Throwable cause) {
    return new ProgramException(message, true, cause);
  }

  static ProgramException unusable(String message) {
    return new ProgramException(message, true, null);
  }

  /** The program ran, and failed. */
  static ProgramException failed(String message, Throwable cause) {
    return new ProgramException(message, false, cause);
  }

  /** Whether the command was given the wrong thing, rather than the program having failed. */
  public boolean isUsage() {
    return usage;
  }
}
