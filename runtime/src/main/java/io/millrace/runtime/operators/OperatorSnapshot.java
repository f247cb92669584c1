package io.millrace.runtime.operators;

import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.SplitState;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where an operator puts its share of a snapshot that no state backend holds. */
public interface OperatorSnapshot {
  void splits(List<SplitState> splits);

  /** The checkpoint is acknowledged when the stage is complete and declined if it fails. */
  void committables(CompletionStage<List<Blob>> committables);
}
