package io.millrace.core.sink;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Commits prepared transactions. Idempotent: after a failure the same committables come again. */
public interface Committer<C> extends AutoCloseable {
  /**
   * Called by the subtask's thread; must not block. The stage completes, on any thread, when all
   * are committed or known to have been; it fails when one can't be committed, which fails the
   * subtask (and commits again after the restart).
   */
  CompletionStage<Void> commit(List<C> committables);

  @Override
  void close() throws Exception;
}
