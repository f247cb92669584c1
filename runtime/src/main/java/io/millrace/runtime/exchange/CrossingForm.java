package io.millrace.runtime.exchange;

import io.millrace.core.types.RowLayout;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSerializer;
import java.util.Optional;

/**
 * How the values of an edge cross from one subtask to the next.
 *
 * @param serializer writes them for another process, and copies what is mutable
 * @param rows how they lie in a {@link RecordBatch} taken apart; empty if they are objects
 */
public record CrossingForm<T>(TypeSerializer<T> serializer, Optional<RowLayout<T>> rows) {
  /** The most words and references of a row: beyond, a batch would fill the cache. */
  private static final int MAX_PARTS = 8;

  /** Of all values of a type. */
  public static <T> CrossingForm<T> of(TypeInformation<T> type) {
    return new CrossingForm<>(
        type.serializer(),
        type.rowLayout()
            .filter(layout -> layout.words() + layout.references() <= MAX_PARTS)
            .map(layout -> layout));
  }

  /** Of values that cross as objects. */
  public static <T> CrossingForm<T> ofObjects(TypeSerializer<T> serializer) {
    return new CrossingForm<>(serializer, Optional.empty());
  }
}
