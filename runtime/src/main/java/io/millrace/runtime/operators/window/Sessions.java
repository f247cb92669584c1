package io.millrace.runtime.operators.window;

import java.util.ArrayList;
import java.util.List;

/** The sessions of one key, ascending; no two touch. Owned by the operator's subtask. */
public final class Sessions<A> {
  public final List<Session<A>> sessions;

  public Sessions() {
    this(new ArrayList<>(2));
  }

  Sessions(List<Session<A>> sessions) {
    this.sessions = sessions;
  }

  /** Index of the first session that does not end before a time. */
  public int firstReaching(long time) {
    int i = 0;
    while (i < sessions.size() && sessions.get(i).end < time) {
      i++;
    }
    return i;
  }
}
