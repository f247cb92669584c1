package io.millrace.testkit;

import io.millrace.runtime.state.StateHandles;

/** The state of one subtask of an operator in a harness; immutable. */
public final class HarnessSnapshot {
  private final HarnessFiles files;
  private final StateHandles handles;

  HarnessSnapshot(HarnessFiles files, StateHandles handles) {
    this.files = files;
    this.handles = handles;
  }

  HarnessFiles files() {
    return files;
  }

  StateHandles handles() {
    return handles;
  }
}
