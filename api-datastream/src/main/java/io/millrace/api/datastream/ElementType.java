package io.millrace.api.datastream;

import io.millrace.core.types.TypeInformation;
import java.util.Collection;

/** The type of elements that are there already. */
final class ElementType {
  private ElementType() {}

  /** That of their class if all have the same plain one; else each is written with its class. */
  @SuppressWarnings("unchecked")
  static <T> TypeInformation<T> of(Collection<T> elements) {
    Class<?> common = null;
    for (T element : elements) {
      if (element == null) {
        throw new IllegalArgumentException("A stream can't hold null: remove it from the elements");
      }
      Class<?> type = element instanceof Enum<?> e ? e.getDeclaringClass() : element.getClass();
      if (type.getTypeParameters().length > 0 || (common != null && common != type)) {
        return (TypeInformation<T>) TypeInformation.lateTyped();
      }
      common = type;
    }
    return (TypeInformation<T>)
        (common == null ? TypeInformation.lateTyped() : TypeInformation.of(common));
  }
}
