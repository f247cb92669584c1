package io.millrace.runtime.checkpoint;

import java.io.IOException;

/** What became of a write to the pointer file (invariant CC3). */
public sealed interface PointerOutcome {
  /** Durable. */
  record Written() implements PointerOutcome {}

  /** The pointer certainly is what it was. */
  record Failed(IOException cause) implements PointerOutcome {}

  /** It may be the old or the new one: keep both, try again. */
  record Unknown(IOException cause) implements PointerOutcome {}
}
