package io.millrace.runtime.state;

import io.millrace.core.state.BroadcastState;
import io.millrace.core.state.ListState;
import io.millrace.core.state.ListStateDescriptor;
import io.millrace.core.state.MapStateDescriptor;
import io.millrace.core.state.OperatorStateStore;
import java.util.List;
import java.util.Optional;

/**
 * State of a subtask rather than of a key; the engineer of the state package replaces this by the
 * real one.
 */
public final class OperatorStateBackend implements OperatorStateStore {
  private static final String MISSING = "Operator state is not there yet";

  public OperatorStateBackend(String uid, ClassLoader loader) {}

  /** Takes this subtask's share of what all subtasks had. */
  public void restore(
      List<StateHandles> subtasks, SnapshotReader reader, int index, int parallelism) {}

  /** Nothing if no state was registered. */
  public Optional<OperatorCut> snapshot() {
    return Optional.empty();
  }

  @Override
  public <T> ListState<T> getListState(ListStateDescriptor<T> descriptor) {
    throw new IllegalStateException(MISSING);
  }

  @Override
  public <T> ListState<T> getUnionListState(ListStateDescriptor<T> descriptor) {
    throw new IllegalStateException(MISSING);
  }

  @Override
  public <K, V> BroadcastState<K, V> getBroadcastState(MapStateDescriptor<K, V> descriptor) {
    throw new IllegalStateException(MISSING);
  }
}
