package io.millrace.runtime.state.heap;

import io.millrace.core.types.FlatLayout;
import io.millrace.core.types.TypeSerializer;
import java.util.Optional;

/**
 * How what is stored for a key is kept and written.
 *
 * @param timedReader reads what was written by a state with a time to live
 * @param untimedReader reads what was written by one without
 * @param changedInPlace whether stored objects are changed in place, and so need a stamp
 */
public record StoredForm<V>(
    TypeSerializer<V> serializer,
    Optional<FlatLayout<V>> flat,
    TypeSerializer<V> timedReader,
    TypeSerializer<V> untimedReader,
    boolean changedInPlace) {
  /** Of values that are written the same with and without a time to live. */
  public static <V> StoredForm<V> of(
      TypeSerializer<V> serializer, Optional<FlatLayout<V>> flat, boolean changedInPlace) {
    return new StoredForm<>(serializer, flat, serializer, serializer, changedInPlace);
  }
}
