package io.millrace.core.sink;

import io.millrace.core.function.Function;
import io.millrace.core.source.VersionedSerializer;
import java.io.IOException;
import java.util.List;

/**
 * Writes records to an external system, exactly once by two-phase commit: a writer ends its
 * transaction at each barrier and hands out committables, which are part of the snapshot and are
 * committed after the checkpoint has completed.
 *
 * <p>A subtask's committer and writer are made from the same instance of the sink, so they may
 * share what is open. A subtask's thread makes and calls both.
 *
 * @param <T> records
 * @param <C> committables; a sink without commit uses {@link Void} and never hands one out
 */
public interface Sink<T, C> extends Function {
  /**
   * @param recovered all committables of all subtasks in the restored checkpoint (each is committed
   *     before this call, by its owner), empty on a fresh start: what is in doubt and not among
   *     them may be aborted (invariant K4)
   */
  SinkWriter<T, C> createWriter(SinkContext context, List<C> recovered) throws IOException;

  Committer<C> createCommitter(SinkContext context) throws IOException;

  VersionedSerializer<C> committableSerializer();

  /**
   * Whether results become visible only through commits, so that a bounded job needs a final
   * checkpoint (invariant CC13).
   */
  boolean isTransactional();

  /**
   * Checks, at submission and in the client, what can be checked without data: options,
   * reachability, limits.
   */
  default void validate() throws Exception {}
}
