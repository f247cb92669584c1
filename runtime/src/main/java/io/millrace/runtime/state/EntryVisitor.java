package io.millrace.runtime.state;

import io.millrace.core.types.BinaryReader;

/**
 * Is led through the entries of a state in a snapshot, part by part, in the order in which they are
 * written ({@link StateEntries}). Keys and values must be read from the reader.
 */
public interface EntryVisitor {
  /** So many entries, panes, elements or rows follow. */
  void count(int count);

  /** The start of the pane whose entries follow, in milliseconds since the epoch. */
  void pane(long start);

  /** The key whose entry follows. */
  void key(BinaryReader in);

  /** The key of a map's entry, which follows. */
  void userKey(BinaryReader in);

  /** When what follows was last updated, in milliseconds since the epoch. */
  void time(long updated);

  /** When the timer fires whose key follows. */
  void timer(long timestamp);

  /** What the operator has put beside the row that follows. */
  void mark(long mark);

  /** A value, element, accumulator, row or namespace: what ends an entry. */
  void value(BinaryReader in);
}
