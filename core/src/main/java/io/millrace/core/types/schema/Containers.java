package io.millrace.core.types.schema;

import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSchema.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which containers hold all that another one can: their elements are written alike. */
final class Containers {
  private static final String LIST = "java.util.List";
  private static final Set<String> LISTS =
      Set.of(LIST, "java.util.Collection", "java.util.ArrayList", "java.util.LinkedList");
  private static final Set<String> SETS =
      Set.of("java.util.Set", "java.util.HashSet", "java.util.LinkedHashSet");
  private static final Set<String> SORTED_SETS =
      Set.of("java.util.SortedSet", "java.util.NavigableSet", "java.util.TreeSet");
  private static final Set<String> MAPS =
      Set.of("java.util.Map", "java.util.HashMap", "java.util.LinkedHashMap");

  private Containers() {}

  static boolean isOne(TypeSchema type) {
    return type.kind() == Kind.COLLECTION || type.kind() == Kind.ARRAY;
  }

  static boolean isSame(TypeSchema written, TypeSchema now) {
    return nameOf(written).equals(nameOf(now));
  }

  /** Whether what was in the one may be in the other: what a list repeats, a set does not. */
  static boolean holds(TypeSchema now, TypeSchema written) {
    String is = nameOf(now);
    String was = nameOf(written);
    return is.equals(was)
        || LISTS.contains(is) && (LISTS.contains(was) || SETS.contains(was))
        || SETS.contains(is) && SETS.contains(was)
        || MAPS.contains(is) && MAPS.contains(was);
  }

  static boolean isSet(TypeSchema type) {
    return SETS.contains(type.className()) || SORTED_SETS.contains(type.className());
  }

  /** Arrays are written as lists are. */
  private static String nameOf(TypeSchema type) {
    return type.kind() == Kind.ARRAY ? LIST : type.className();
  }

  /** A comparison should have refused what could come to nothing here. */
  static List<Object> requireDistinct(List<Object> elements, String path) {
    if (new HashSet<>(elements).size() < elements.size()) {
      throw becameOne(path);
    }
    return elements;
  }

  static CorruptDataException becameOne(String path) {
    return new CorruptDataException("In " + path + " two different keys or elements became one");
  }
}
