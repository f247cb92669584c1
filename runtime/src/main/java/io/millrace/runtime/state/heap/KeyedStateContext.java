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
 * @param pagesMade told after every few pages that were copied or made: time to look whether others
 *     should have the thread; called by the task thread
 * @param classLoader the job's, for late-typed values
 */
public record KeyedStateContext<K>(
    String operator,
    TypeInformation<K> keyType,
    KeyGroupRange keyGroups,
    int maxParallelism,
    HandleFactory handles,
    LongSupplier clock,
    Runnable pagesMade,
    ClassLoader classLoader) {
  public KeyedStateContext {
    Objects.requireNonNull(operator, "operator");
    Objects.requireNonNull(keyType, "keyType");
    Objects.requireNonNull(handles, "handles");
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(pagesMade, "pagesMade");
    Objects.requireNonNull(classLoader, "classLoader");
    if (Integer.bitCount(maxParallelism) != 1) {
      throw new IllegalArgumentException(
          "The maximal parallelism must be a power of two, not " + maxParallelism);
    }
    if (keyGroups.size() == 0 || keyGroups.first() < 0 || keyGroups.last() >= maxParallelism) {
      throw new IllegalArgumentException(keyGroups + " is not a part of " + maxParallelism);
    }
  }

  /** Where nobody waits for the thread. */
  public KeyedStateContext(
      String operator,
      TypeInformation<K> keyType,
      KeyGroupRange keyGroups,
      int maxParallelism,
      HandleFactory handles,
      LongSupplier clock,
      ClassLoader classLoader) {
    this(operator, keyType, keyGroups, maxParallelism, handles, clock, () -> {}, classLoader);
  }

  /** How many low bits of a hash are the key group. */
  public int groupBits() {
    return Integer.numberOfTrailingZeros(maxParallelism);
  }
}
