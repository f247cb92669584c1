package io.millrace.runtime.task;

/** Something that makes progress in short steps which never block. */
public interface Steppable {
  /** Runs for a while; true if it wants to be run again without being woken. Never throws. */
  boolean step();

  /** For logs and reports on stalls. */
  String name();
}
