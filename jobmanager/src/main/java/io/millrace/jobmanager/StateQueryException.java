package io.millrace.jobmanager;

/** A question about state that has no answer; the message says why. */
public final class StateQueryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final String remedy;

  /** Why there is none. */
  public enum Kind {
    /** There is no such operator, state or key. */
    NOT_FOUND,
    /** It can never have one: the operator has no key, or the key is of another type. */
    REFUSED,
    /** Not now. */
    NOT_NOW
  }

  public StateQueryException(Kind kind, String message, String remedy) {
    super(message);
    this.kind = kind;
    this.remedy = remedy;
  }

  public Kind kind() {
    return kind;
  }

  /** What helps; empty if nothing does. */
  public String remedy() {
    return remedy;
  }
}
