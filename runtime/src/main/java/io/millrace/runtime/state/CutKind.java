package io.millrace.runtime.state;

/** In what form keyed state is cut. */
public enum CutKind {
  /** Every backend reads it, and it has all it needs: for savepoints. */
  WHOLE,
  /** A store on disk may give its own files, which the next cut can have in common with it. */
  FILES
}
