package io.millrace.core.function;

/**
 * Implemented by exceptions that can tell whether trying again could help: a record that can't be
 * read can't be read after a restart either. A permanent failure fails the job at once; any other
 * is left to the job's restart strategy.
 */
public interface PermanentFailure {
  boolean isPermanent();
}
