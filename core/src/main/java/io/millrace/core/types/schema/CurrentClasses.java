package io.millrace.core.types.schema;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.FormerNames;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSchema.Part;
import io.millrace.core.types.UnsupportedTypeException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What only the classes of a program know of its types. */
final class CurrentClasses {
  private final ClassLoader loader;

  CurrentClasses(ClassLoader loader) {
    this.loader = loader;
  }

  /** The full names that a class had before. */
  List<String> formerNames(TypeSchema type) {
    return find(type).map(CurrentClasses::namesOn).orElse(List.of());
  }

  /** The names that a field of a record or a POJO, or a constant of an enum, had before. */
  List<String> formerNames(TypeSchema type, String member) {
    Class<?> at = find(type).orElse(null);
    if (at == null) {
      return List.of();
    }
    if (at.isRecord()) {
      for (RecordComponent component : at.getRecordComponents()) {
        if (component.getName().equals(member)) {
          return namesOn(component);
        }
      }
      return List.of();
    }
    for (; at != null; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        if (field.getName().equals(member)) {
          return namesOn(field);
        }
      }
    }
    return List.of();
  }

  private static List<String> namesOn(AnnotatedElement element) {
    FormerNames names = element.getAnnotation(FormerNames.class);
    return names == null ? List.of() : List.of(names.value());
  }

  /**
   * The values that the fields of a new object have, one a part of its schema; empty if the class
   * has no constructor without arguments.
   */
  Optional<List<Object>> defaults(TypeSchema type) {
    return find(type).flatMap(found -> defaults(type, found));
  }

  @SuppressWarnings("unchecked")
  private static Optional<List<Object>> defaults(TypeSchema type, Class<?> found) {
    try {
      Constructor<?> constructor = found.getDeclaredConstructor();
      constructor.setAccessible(true);
      TypeInformation<Object> information = (TypeInformation<Object>) TypeInformation.of(found);
      BinaryWriter out = new BinaryWriter();
      information.serializer().write(constructor.newInstance(), out);
      WrittenObject fresh =
          object(
              WrittenType.of(information.schema())
                  .read(new BinaryReader(out.toByteArray(), found.getClassLoader())));
      List<Part> parts = fresh.type().parts();
      List<Object> values = new ArrayList<>();
      for (int i = 0; i < type.parts().size(); i++) {
        Part part = type.parts().get(i);
        // The class alone doesn't know what its type arguments are.
        boolean known = parts.get(i).schema().equals(part.schema());
        values.add(known ? fresh.fields().get(i) : nothing(part.schema()));
      }
      return Optional.of(values);
    } catch (NoSuchMethodException e) {
      return Optional.empty();
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      throw new UnsupportedTypeException(
          "an object of "
              + found.getName()
              + " can't be made by its constructor without arguments, to see what they begin with: "
              + (e instanceof InvocationTargetException ? e.getCause() : e));
    }
  }

  /** A class that is itself part of a sealed type is one of its variants. */
  private static WrittenObject object(Object value) {
    return (WrittenObject) (value instanceof WrittenVariant variant ? variant.value() : value);
  }

  /** What a field has that nobody has set. */
  static Object nothing(TypeSchema type) {
    switch (type.kind()) {
      case OPTIONAL:
        return Optional.empty();
      case COLLECTION:
      case ARRAY:
        return List.of();
      case MAP:
        return Map.of();
      case BASIC:
        return type.basicType().filter(Class::isPrimitive).map(CurrentClasses::zero).orElse(null);
      default:
        return null;
    }
  }

  private static Object zero(Class<?> primitive) {
    return Array.get(Array.newInstance(primitive, 1), 0);
  }

  private Optional<Class<?>> find(TypeSchema type) {
    try {
      return Optional.of(Class.forName(type.className(), false, loader));
    } catch (ClassNotFoundException | LinkageError e) {
      return Optional.empty();
    }
  }
}
