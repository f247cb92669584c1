package io.millrace.runtime.operators;

import io.millrace.core.function.KeySelector;
import io.millrace.core.function.Partitioner;
import io.millrace.core.types.TypeInformation;
import io.millrace.runtime.exchange.BatchLayout;
import io.millrace.runtime.exchange.ColumnarBatch;
import io.millrace.runtime.exchange.ColumnarLayout;
import io.millrace.runtime.exchange.ColumnarType;
import io.millrace.runtime.exchange.ObjectLayout;
import java.io.Serializable;

/**
 * What both ends of an edge know of its records; shipped by Java serialization.
 *
 * @param type the records; a {@link ColumnarType} where whole batches are handed over as columns
 * @param key selects the key on HASH and CUSTOM edges of objects, else null
 * @param keyType the key's type, else null
 * @param partitioner the user's, on CUSTOM edges, else null
 * @param keyColumn the key on HASH edges of columns, else {@link ColumnarLayout#NO_KEY}
 */
public record EdgeSpec<T, K>(
    TypeInformation<T> type,
    KeySelector<T, K> key,
    TypeInformation<K> keyType,
    Partitioner<K> partitioner,
    int keyColumn)
    implements Serializable {
  /** Of objects. */
  public EdgeSpec(
      TypeInformation<T> type,
      KeySelector<T, K> key,
      TypeInformation<K> keyType,
      Partitioner<K> partitioner) {
    this(type, key, keyType, partitioner, ColumnarLayout.NO_KEY);
  }

  public static <T> EdgeSpec<T, Object> plain(TypeInformation<T> type) {
    return new EdgeSpec<>(type, null, null, null);
  }

  public static <T, K> EdgeSpec<T, K> keyed(
      TypeInformation<T> type, KeySelector<T, K> key, TypeInformation<K> keyType) {
    return new EdgeSpec<>(type, key, keyType, null);
  }

  /**
   * Partitioned by a column of type LONG.
   *
   * @throws IllegalArgumentException if it is of another type
   */
  public static EdgeSpec<ColumnarBatch, Long> keyedByColumn(ColumnarType type, int column) {
    type.layout(column);
    return new EdgeSpec<>(type, null, TypeInformation.of(Long.class), null, column);
  }

  public boolean isKeyed() {
    return keyType != null && partitioner == null;
  }

  /** How batches are laid out on this edge. */
  public BatchLayout layout() {
    return type instanceof ColumnarType columnar
        ? columnar.layout(keyColumn)
        : ObjectLayout.of(type);
  }
}
