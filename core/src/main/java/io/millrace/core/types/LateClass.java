package io.millrace.core.types;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * What a value known only as it comes is written as: its class, or the collection interface if it
 * is one of the JDK's many classes behind it. Found once a class; held by the class itself, so that
 * it goes with its loader.
 */
final class LateClass {
  private static final ClassValue<LateClass> BY_CLASS =
      new ClassValue<>() {
        @Override
        protected LateClass computeValue(Class<?> type) {
          return new LateClass(type);
        }
      };

  private final Class<?> type;
  private final String name;
  private volatile TypeInformation<Object> information; // equal whoever finds it first
  private volatile TypeSerializer<Object> serializer;

  private LateClass(Class<?> type) {
    this.type = tagClass(type);
    this.name = this.type.getName();
  }

  static LateClass of(Object value) {
    return BY_CLASS.get(value.getClass());
  }

  /** As {@link #of}, for a class that was read. */
  static LateClass ofTag(Class<?> type) {
    LateClass late = BY_CLASS.get(type);
    try {
      late.serializer();
    } catch (UnsupportedTypeException e) {
      throw new CorruptDataException("A value of class " + type.getName(), e);
    }
    return late;
  }

  Class<?> type() {
    return type;
  }

  String name() {
    return name;
  }

  TypeInformation<Object> information() {
    TypeInformation<Object> found = information;
    if (found == null) {
      found = TypeExtractor.extract(type);
      if (found.isLateTyped() || type.isPrimitive()) {
        throw new UnsupportedTypeException(type.getName() + " is no class of values");
      }
      information = found;
    }
    return found;
  }

  TypeSerializer<Object> serializer() {
    TypeSerializer<Object> found = serializer;
    if (found == null) {
      found = information().serializer();
      serializer = found;
    }
    return found;
  }

  private static Class<?> tagClass(Class<?> type) {
    if (Enum.class.isAssignableFrom(type) && !type.isEnum() && type != Enum.class) {
      return type.getSuperclass(); // a constant with a body
    }
    boolean jdk = type.getClassLoader() == null;
    if (!jdk) {
      return type;
    }
    if (Map.class.isAssignableFrom(type)) {
      return SortedMap.class.isAssignableFrom(type)
          ? SortedMap.class
          : type == HashMap.class || type == LinkedHashMap.class ? type : Map.class;
    }
    if (!Collection.class.isAssignableFrom(type)) {
      return type;
    }
    if (List.class.isAssignableFrom(type)) {
      return type == LinkedList.class ? type : List.class;
    }
    if (SortedSet.class.isAssignableFrom(type)) {
      return SortedSet.class;
    }
    if (Set.class.isAssignableFrom(type)) {
      return Set.class;
    }
    if (Queue.class.isAssignableFrom(type)) {
      return type == ArrayDeque.class ? Deque.class : type; // a priority queue is refused by name
    }
    return Collection.class; // such as the values of a map
  }
}
