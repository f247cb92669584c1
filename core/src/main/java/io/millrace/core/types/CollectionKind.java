package io.millrace.core.types;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The collections that can be fields, and what is made of them when read: the order is kept. */
enum CollectionKind {
  LIST(List.class),
  COLLECTION(Collection.class),
  ARRAY_LIST(ArrayList.class),
  LINKED_LIST(LinkedList.class),
  QUEUE(Queue.class),
  DEQUE(Deque.class),
  ARRAY_DEQUE(ArrayDeque.class),
  SET(Set.class),
  HASH_SET(HashSet.class),
  LINKED_HASH_SET(LinkedHashSet.class),
  SORTED_SET(SortedSet.class),
  NAVIGABLE_SET(NavigableSet.class),
  TREE_SET(TreeSet.class);

  private final Class<?> type;

  CollectionKind(Class<?> type) {
    this.type = type;
  }

  static CollectionKind find(Class<?> type) {
    for (CollectionKind kind : values()) {
      if (kind.type == type) {
        return kind;
      }
    }
    return null;
  }

  Class<?> type() {
    return type;
  }

  boolean isSet() {
    return Set.class.isAssignableFrom(type);
  }

  /**
   * @param capacity a hint; from corrupt data it may lie, so it is bounded
   */
  Collection<Object> create(int capacity) {
    int bounded = Math.min(capacity, 1024);
    return switch (this) {
      case LIST, COLLECTION, ARRAY_LIST -> new ArrayList<>(bounded);
      case LINKED_LIST -> new LinkedList<>();
      case QUEUE, DEQUE, ARRAY_DEQUE -> new ArrayDeque<>(bounded);
      case SET, LINKED_HASH_SET -> new LinkedHashSet<>(bounded * 4 / 3 + 1);
      case HASH_SET -> new HashSet<>(bounded * 4 / 3 + 1);
      case SORTED_SET, NAVIGABLE_SET, TREE_SET -> new TreeSet<>();
    };
  }
}
