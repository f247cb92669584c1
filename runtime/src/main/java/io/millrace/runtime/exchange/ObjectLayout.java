package io.millrace.runtime.exchange;

import io.millrace.core.types.RowLayout;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSerializer;
import java.util.Objects;
import java.util.Optional;

/**
 * Values one by one.
 *
 * @param serializer writes them where they leave the process, and copies what is mutable
 * @param rows how they lie in a batch taken apart; empty if they are objects
 */
public record ObjectLayout(TypeSerializer<?> serializer, Optional<? extends RowLayout<?>> rows)
    implements BatchLayout {
  /** The most words and references of a row: beyond, a batch would fill the cache. */
  private static final int MAX_PARTS = 8;

  public ObjectLayout {
    Objects.requireNonNull(serializer, "serializer");
  }

  /** Of all values of a type. */
  public static ObjectLayout of(TypeInformation<?> type) {
    return new ObjectLayout(type.serializer(), rows(type));
  }

  /** How values of a type are taken apart, if they are. */
  public static <T> Optional<? extends RowLayout<T>> rows(TypeInformation<T> type) {
    return type.rowLayout().filter(row -> row.words() + row.references() <= MAX_PARTS);
  }

  /** Of values that cross as objects. */
  public static ObjectLayout ofObjects(TypeSerializer<?> serializer) {
    return new ObjectLayout(serializer, Optional.empty());
  }

  @Override
  public ObjectBatch newBatch(RecordBatch.BatchOwner owner, int capacity) {
    return new ObjectBatch(owner, capacity);
  }

  @Override
  public boolean sharesBatchesWith(BatchLayout other) {
    return other instanceof ObjectLayout;
  }
}
