package io.millrace.runtime.exchange;

import io.millrace.core.types.FlatLayout;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSerializer;
import java.util.Optional;

/**
 * How the values of an edge cross from one subtask to the next.
 *
 * @param serializer writes them for another process, and copies what is mutable
 * @param rows how they lie in a {@link RecordBatch} as words; empty if they are objects
 */
public record CrossingForm<T>(TypeSerializer<T> serializer, Optional<FlatLayout<T>> rows) {
  /** The most words of a value for it to cross as a row: beyond, a batch would fill the cache. */
  private static final int MAX_WORDS = 8;

  /** Of all values of a type. */
  public static <T> CrossingForm<T> of(TypeInformation<T> type) {
    return new CrossingForm<>(
        type.serializer(), type.flatLayout().filter(layout -> layout.words() <= MAX_WORDS));
  }

  /** Of values that cross as objects. */
  public static <T> CrossingForm<T> ofObjects(TypeSerializer<T> serializer) {
    return new CrossingForm<>(serializer, Optional.empty());
  }
}
