package io.millrace.runtime.inspect;

import java.util.List;

/**
 * What becomes of the state in a savepoint if a job starts from it.
 *
 * @param rows by operator and state; those of the savepoint's operators that the job has not last
 */
public record StatePlan(List<Row> rows) {
  public StatePlan {
    rows = List.copyOf(rows);
  }

  /** What becomes of one state. */
  public enum Verdict {
    /** It goes on as it is. */
    KEEP,
    /** It is read as the program's present type; the details say what changes. */
    MIGRATE,
    /** The savepoint has nothing of it. */
    NEW,
    /** No function asks for it when it opens; it is kept, for one that asks later. */
    UNREAD,
    /** No operator of the job claims it: refused, unless dropping is allowed. */
    DROP,
    /** The job can't start with it; the details say why. */
    INCOMPATIBLE,
    /** It can't be told, as the operator could not be opened here; the details say why. */
    UNKNOWN
  }

  /**
   * One line of the plan.
   *
   * @param uid of the operator
   * @param name of the operator
   * @param state name of the state; in parentheses what is none by name, such as a source's
   *     position
   */
  public record Row(String uid, String name, String state, Verdict verdict, List<String> details) {
    public Row {
      details = List.copyOf(details);
    }
  }

  /**
   * Whether the job would start with all it knows.
   *
   * @param allowDroppedState whether state that no operator claims may be lost
   */
  public boolean isSafe(boolean allowDroppedState) {
    return rows.stream()
        .map(Row::verdict)
        .noneMatch(
            verdict ->
                verdict == Verdict.INCOMPATIBLE
                    || verdict == Verdict.UNKNOWN
                    || verdict == Verdict.DROP && !allowDroppedState);
  }
}
