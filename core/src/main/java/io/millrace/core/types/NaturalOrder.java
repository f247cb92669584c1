package io.millrace.core.types;

import java.util.SortedMap;
import java.util.SortedSet;

/** Sorted collections are rebuilt in natural order; another order would silently be lost. */
final class NaturalOrder {
  private NaturalOrder() {}

  static void check(Object collection) {
    if (collection instanceof SortedSet<?> set && set.comparator() != null
        || collection instanceof SortedMap<?, ?> map && map.comparator() != null) {
      throw new UnsupportedTypeException(
          "A "
              + collection.getClass().getName()
              + " with a comparator can't be serialised: the comparator would be lost. Remedy: use"
              + " the natural order, or a List or LinkedHashMap, which keep their order.");
    }
  }
}
