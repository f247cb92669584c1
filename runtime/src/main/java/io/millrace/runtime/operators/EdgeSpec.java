package io.millrace.runtime.operators;

import io.millrace.core.function.KeySelector;
import io.millrace.core.function.Partitioner;
import io.millrace.core.types.TypeInformation;
import java.io.Serializable;

/**
 * What both ends of an edge know of its records; shipped by Java serialization.
 *
 * @param type the records
 * @param key selects the key on HASH and CUSTOM edges, else null
 * @param keyType the key's type, else null
 * @param partitioner the user's, on CUSTOM edges, else null
 */
public record EdgeSpec<T, K>(
    TypeInformation<T> type,
    KeySelector<T, K> key,
    TypeInformation<K> keyType,
    Partitioner<K> partitioner)
    implements Serializable {
  public static <T> EdgeSpec<T, Object> plain(TypeInformation<T> type) {
    return new EdgeSpec<>(type, null, null, null);
  }

  public static <T, K> EdgeSpec<T, K> keyed(
      TypeInformation<T> type, KeySelector<T, K> key, TypeInformation<K> keyType) {
    return new EdgeSpec<>(type, key, keyType, null);
  }

  public boolean isKeyed() {
    return keyType != null && partitioner == null;
  }
}
