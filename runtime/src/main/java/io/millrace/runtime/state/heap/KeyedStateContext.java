package io.millrace.runtime.state.heap;

import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.state.HandleFactory;
import io.millrace.runtime.state.KeyGroupRange;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * What a backend is made for.
 *
 * @param operator the operator's uid, as in snapshots
 * @param keyGroups the subtask's share
 * @param clock milliseconds since the epoch, for times to live; called by the task thread
 * @param classLoader the job's, for late-typed values
 */
public record KeyedStateContext<K>(
    String operator,
    TypeInformation<K> keyType,
    KeyGroupRange keyGroups,
    int maxParallelism,
    HandleFactory handles,
    LongSupplier clock,
    ClassLoader classLoader) {
  public KeyedStateContext {
    Objects.requireNonNull(operator, "operator");
    Objects.requireNonNull(keyType, "keyType");
    Objects.requireNonNull(handles, "handles");
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(classLoader, "classLoader");
    if (Integer.bitCount(maxParallelism) != 1) {
      throw new IllegalArgumentException(
          "The maximal parallelism must be a power of two, not " + maxParallelism);
    }
    if (keyGroups.size() == 0 || keyGroups.first() < 0 || keyGroups.last() >= maxParallelism) {
      throw new IllegalArgumentException(keyGroups + " is not a part of " + maxParallelism);
    }
  }

  /** How many low bits of a hash are the key group. */
  public int groupBits() {
    return Integer.numberOfTrailingZeros(maxParallelism);
  }
}
