package io.millrace.core.types;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/** The maps that can be fields, and what is made of them when read: the order is kept. */
enum MapKind {
  MAP(Map.class),
  HASH_MAP(HashMap.class),
  LINKED_HASH_MAP(LinkedHashMap.class),
  SORTED_MAP(SortedMap.class),
  NAVIGABLE_MAP(NavigableMap.class),
  TREE_MAP(TreeMap.class);

  private final Class<?> type;

  MapKind(Class<?> type) {
    this.type = type;
  }

  static MapKind find(Class<?> type) {
    for (MapKind kind : values()) {
      if (kind.type == type) {
        return kind;
      }
    }
    return null;
  }

  Class<?> type() {
    return type;
  }

  /**
   * @param capacity a hint; from corrupt data it may lie, so it is bounded
   */
  Map<Object, Object> create(int capacity) {
    int bounded = Math.min(capacity, 1024) * 4 / 3 + 1;
    return switch (this) {
      case MAP, LINKED_HASH_MAP -> new LinkedHashMap<>(bounded);
      case HASH_MAP -> new HashMap<>(bounded);
      case SORTED_MAP, NAVIGABLE_MAP, TREE_MAP -> new TreeMap<>();
    };
  }
}
