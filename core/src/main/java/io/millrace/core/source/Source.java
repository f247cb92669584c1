package io.millrace.core.source;

import io.millrace.core.function.Function;
import io.millrace.core.types.TypeInformation;
import java.io.IOException;

/**
 * Reads records from an external system: an enumerator, beside the JobManager, finds splits and
 * assigns them; readers, in the subtasks, read them. At every checkpoint each split is in exactly
 * one of the two (invariant S1).
 *
 * @param <T> records
 * @param <SplitT> splits
 * @param <StateT> what the enumerator snapshots
 */
public interface Source<T, SplitT extends SourceSplit, StateT> extends Function {
  Boundedness boundedness();

  TypeInformation<T> producedType();

  SplitEnumerator<SplitT, StateT> createEnumerator(SplitEnumeratorContext<SplitT> context)
      throws IOException;

  SplitEnumerator<SplitT, StateT> restoreEnumerator(
      SplitEnumeratorContext<SplitT> context, StateT state) throws IOException;

  SourceReader<T, SplitT> createReader(SourceReaderContext context) throws IOException;

  VersionedSerializer<SplitT> splitSerializer();

  VersionedSerializer<StateT> enumeratorStateSerializer();
}
