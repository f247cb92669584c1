package io.millrace.processtests.differential;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How records are keyed.
 *
 * @param keys how many there are at most
 */
record Keying(KeyKind kind, int keys) implements Serializable {
  Object key(long a) {
    return kind.of(a % keys);
  }

  /** The rows of each key, in their order. */
  Collection<List<Row>> split(List<Row> rows) {
    Map<Long, List<Row>> byKey = new TreeMap<>();
    for (Row row : rows) {
      byKey.computeIfAbsent(row.a() % keys, key -> new ArrayList<>()).add(row);
    }
    return byKey.values();
  }
}
