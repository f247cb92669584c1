package io.millrace.client.cli;

/** How commands end. */
final class ExitCode {
  static final int OK = 0;

  /** The job failed, or what was asked for could not be done. */
  static final int FAILED = 1;

  /** The command was given the wrong thing. */
  static final int USAGE = 2;

  private ExitCode() {}
}
