package io.millrace.benchmarks.micro;

import io.millrace.benchmarks.workload.Generators;
import io.millrace.core.state.StateBackend;
import io.millrace.core.types.KeyHash;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.HandleFactory;
import io.millrace.runtime.state.KeyGroupRange;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.heap.KeyedBackends;
import io.millrace.runtime.state.heap.KeyedStateContext;
import java.io.IOException;

/** Random keys that are made current one after another, in the state of one subtask. */
final class Keys {
  private static final int DRAWN = 1 << 20;

  private final KeyedStateBackend<Long> backend;
  private final long[] drawn = new long[DRAWN];
  private int next;

  /** On the heap. */
  Keys(int different) throws IOException {
    this(different, KeyedBackends.onHeap(), StateBackend.HEAP);
  }

  Keys(int different, KeyedBackends backends, StateBackend kind) throws IOException {
    backend =
        backends.open(
            kind,
            new KeyedStateContext<>(
                "benchmark",
                TypeInformation.of(Long.class),
                new KeyGroupRange(0, 127),
                128,
                HandleFactory.plain(),
                () -> 0,
                Keys.class.getClassLoader()));
    for (int i = 0; i < DRAWN; i++) {
      drawn[i] = Generators.key(i, different);
    }
  }

  KeyedStateBackend<Long> backend() {
    return backend;
  }

  /** Makes the next key current, hash included: the sender's share of the work. */
  void next() {
    long key = drawn[next++ & (DRAWN - 1)];
    backend.setCurrentLongKey(key, KeyHash.ofLong(key));
  }
}
