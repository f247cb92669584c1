package io.millrace.runtime.state.heap;

import io.millrace.core.state.StateBackend;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.StoreImages;
import java.io.IOException;

/** Makes the backends of a process's subtasks. Safe for use by any thread. */
public interface KeyedBackends {
  /**
   * Makes an empty backend.
   *
   * @throws IOException if there is no place for it
   */
  <K> KeyedStateBackend<K> open(StateBackend kind, KeyedStateContext<K> context) throws IOException;

  /** Reads keyed state that is in files of a store on disk. */
  default StoreImages images() {
    return StoreImages.NONE;
  }

  /** With the heap alone, as for a simulation; another kind is refused. */
  static KeyedBackends onHeap() {
    return new KeyedBackends() {
      @Override
      public <K> KeyedStateBackend<K> open(StateBackend kind, KeyedStateContext<K> context) {
        if (kind != StateBackend.HEAP) {
          throw new IllegalArgumentException(
              "Operator "
                  + context.operator()
                  + ": there is no place for "
                  + kind
                  + " state here; use the heap");
        }
        return TableKeyedStateBackend.onHeap(context);
      }
    };
  }
}
