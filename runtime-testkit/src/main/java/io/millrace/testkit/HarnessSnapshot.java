package io.millrace.testkit;

import io.millrace.runtime.state.StateHandles;

/** The state of one subtask of an operator in a harness; immutable. */
public final class HarnessSnapshot {
  private final MemoryFiles files;
  private final StateHandles handles;

  HarnessSnapshot(MemoryFiles files, StateHandles handles) {
    this.files = files;
    this.handles = handles;
  }

  MemoryFiles files() {
    return files;
  }

  StateHandles handles() {
    return handles;
  }
}
