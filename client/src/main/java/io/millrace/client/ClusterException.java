package io.millrace.client;

/** A cluster could not do what was asked; the message says what, the remedy what helps. */
public final class ClusterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String remedy;

  public ClusterException(String message, String remedy) {
    this(message, remedy, null);
  }

  public ClusterException(String message, String remedy, Throwable cause) {
    super(message, cause);
    this.remedy = remedy;
  }

  /** What helps; empty if nothing is known. */
  public String remedy() {
    return remedy;
  }
}
