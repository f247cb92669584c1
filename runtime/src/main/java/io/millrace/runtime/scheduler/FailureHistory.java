package io.millrace.runtime.scheduler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The last failures of a job. Of each failover the root cause stays longest: followers are dropped
 * first, since a lost process makes a follower of every subtask. Owned by the job's thread.
 */
final class FailureHistory {
  private static final int CAPACITY = 32;

  private final Deque<FailureEntry> newestFirst = new ArrayDeque<>();

  void add(FailureEntry failure) {
    newestFirst.addFirst(failure);
    if (newestFirst.size() > CAPACITY) {
      dropOne();
    }
  }

  /** What was taken for the cause of the latest failover only followed from it. */
  void demoteRootCause() {
    List<FailureEntry> entries = new ArrayList<>(newestFirst);
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).rootCause()) {
        entries.set(i, entries.get(i).asConsequence());
        break;
      }
    }
    newestFirst.clear();
    newestFirst.addAll(entries);
  }

  /** The cause of the latest failover. */
  Optional<FailureEntry> lastRootCause() {
    return newestFirst.stream().filter(FailureEntry::rootCause).findFirst();
  }

  List<FailureEntry> newestFirst() {
    return List.copyOf(newestFirst);
  }

  private void dropOne() {
    Iterator<FailureEntry> oldestFirst = newestFirst.descendingIterator();
    while (oldestFirst.hasNext()) {
      if (!oldestFirst.next().rootCause()) {
        oldestFirst.remove();
        return;
      }
    }
    newestFirst.removeLast();
  }
}
