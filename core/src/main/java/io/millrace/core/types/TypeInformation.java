package io.millrace.core.types;

import java.io.Serializable;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the engine knows of a type: how to write, copy, store and key by its values. Obtained from
 * {@link #of}; described to other processes by class names, so it is resolved with the job's class
 * loader.
 */
public abstract class TypeInformation<T> implements Serializable {
  private static final long serialVersionUID = 1L;

  public static <T> TypeInformation<T> of(Class<T> type) {
    return TypeExtractor.extract(type);
  }

  public static <T> TypeInformation<T> of(TypeHint<T> hint) {
    return TypeExtractor.extract(hint.type());
  }

  /**
   * @throws UnsupportedTypeException naming the class and field that cannot be serialised well,
   *     with the remedy
   */
  public static <T> TypeInformation<T> of(Type type) {
    return TypeExtractor.extract(type);
  }

  /**
   * A generic type of arguments whose types are known, such as a {@code List} of them.
   *
   * @throws UnsupportedTypeException if it can't be serialised well, with the remedy
   * @throws IllegalArgumentException if the class has another number of type parameters
   */
  public static <T> TypeInformation<T> of(
      Class<? super T> generic, TypeInformation<?> first, TypeInformation<?>... others) {
    List<TypeInformation<?>> arguments = new ArrayList<>();
    arguments.add(first);
    arguments.addAll(List.of(others));
    return TypeExtractor.extract(generic, arguments);
  }

  /** The type of values that are known only as they come: each is written with its class. */
  public static TypeInformation<Object> lateTyped() {
    return LateTyped.INSTANCE;
  }

  public abstract Class<? super T> rawClass();

  public abstract TypeSerializer<T> serializer();

  /** Present if values are stored flat: a primitive or a record of primitives. */
  public abstract Optional<FlatLayout<T>> flatLayout();

  /**
   * Present if values can be taken apart: flat ones, and records of primitives and immutable
   * objects.
   */
  public Optional<? extends RowLayout<T>> rowLayout() {
    return flatLayout();
  }

  /**
   * @throws UnsupportedTypeException if the type cannot be a key (floats, maps, sets, overridden
   *     equals), with the remedy
   */
  public abstract KeyCodec<T> keyCodec();

  /** What is written into snapshots beside the data. */
  public abstract TypeSchema schema();

  public boolean isLateTyped() {
    return false;
  }
}
