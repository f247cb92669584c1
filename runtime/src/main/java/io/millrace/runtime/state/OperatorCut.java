package io.millrace.runtime.state;

import java.io.IOException;

/** Operator state as it was at one moment; immutable, so it may be written by any thread. */
@FunctionalInterface
public interface OperatorCut {
  void write(SectionOutput out) throws IOException;
}
