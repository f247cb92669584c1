package io.millrace.core.state;

/** State of a subtask rather than of a key. */
public interface OperatorStateStore {
  /** Elements are redistributed round-robin, one by one, on rescale. */
  <T> ListState<T> getListState(ListStateDescriptor<T> descriptor);

  /**
   * Every subtask gets all elements of all subtasks on restore: for small things (invariant KG6).
   */
  <T> ListState<T> getUnionListState(ListStateDescriptor<T> descriptor);

  /** Every subtask holds the same map; restored from any one copy. */
  <K, V> BroadcastState<K, V> getBroadcastState(MapStateDescriptor<K, V> descriptor);
}
