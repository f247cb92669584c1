package io.millrace.runtime.state;

/** What a state in a snapshot is; the order is part of the file format. */
public enum StateKind {
  VALUE,
  LIST,
  MAP,
  REDUCING,
  AGGREGATING,
  PANES,
  TIMERS,
  SPLIT_LIST,
  UNION_LIST,
  BROADCAST,
  PANED_ROWS
}
