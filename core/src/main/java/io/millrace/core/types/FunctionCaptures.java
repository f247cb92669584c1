package io.millrace.core.types;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks at submission that a function and all it captured can be shipped to the cluster. */
public final class FunctionCaptures {
  private static final String REMEDY =
      ". Remedy: copy what the function needs into a local variable or field of a serializable type;"
          + " or create it in open() and hold it in a transient field; or, if only the enclosing"
          + " object was captured, declare the function in a static method or static nested class";

  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private FunctionCaptures() {}

  /**
   * @param operator names the function in messages
   * @throws UnsupportedTypeException naming class and field of what can't be shipped, with the
   *     remedy
   */
  public static void check(String operator, Object function) {
    Optional<String> problem = problemOf(function);
    if (problem.isPresent()) {
      throw new UnsupportedTypeException("Operator '" + operator + "': " + problem.get());
    }
  }

  /**
   * What keeps the function from being shipped, with the remedy; empty if nothing does. An
   * enclosing object that an anonymous function holds but never uses is let go, so that a function
   * without a problem can be shipped after the call even if it could not before.
   */
  public static Optional<String> problemOf(Object function) {
    if (failure(function).isEmpty()) {
      return Optional.empty();
    }
    return new FunctionCaptures()
        .find(function, describe(function))
        .map(found -> "The function can't be shipped to the cluster: " + found + REMEDY + ".");
  }

  private static Optional<String> failure(Object object) {
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      out.writeObject(object);
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.of(e.toString());
    }
  }

  /** The innermost object that can't be shipped, with the way to it. */
  private Optional<String> find(Object object, String path) {
    if (object == null || !seen.add(object) || failure(object).isEmpty()) {
      return Optional.empty();
    }
    if (!(object instanceof Serializable)) {
      return Optional.of(path + ", which is not java.io.Serializable");
    }
    Optional<SerializedLambda> lambda = LambdaSignature.serialized(object);
    Optional<String> found;
    if (lambda.isPresent()) {
      found = findCaptured(lambda.get(), path);
    } else if (object instanceof Object[] array) {
      found = findElement(Arrays.asList(array), path);
    } else if (object instanceof Collection<?> collection) {
      found = findElement(collection, path);
    } else if (object instanceof Map<?, ?> map) {
      found = findElement(map.keySet(), path);
      found = found.isPresent() ? found : findElement(map.values(), path);
    } else {
      found = findField(object, path);
    }
    return found.isPresent()
        ? found
        : failure(object).map(reason -> path + ", whose serialization fails: " + reason);
  }

  private Optional<String> findCaptured(SerializedLambda lambda, String path) {
    for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
      Object captured = lambda.getCapturedArg(i);
      if (captured == null) {
        continue;
      }
      boolean isThis =
          i == 0
              && captured.getClass().getName().equals(lambda.getCapturingClass().replace('/', '.'));
      String what = isThis ? "'this', the enclosing " : "variable " + (i + 1) + ", a ";
      Optional<String> found = find(captured, path + " captures " + what + describe(captured));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<String> findElement(Iterable<?> elements, String path) {
    for (Object element : elements) {
      if (element != null) {
        Optional<String> found = find(element, path + ", with an element " + describe(element));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> findField(Object object, String path) {
    EnclosingReference.releaseIfUnused(object);
    for (Class<?> type = object.getClass();
        type != null && Serializable.class.isAssignableFrom(type);
        type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (Modifier.isStatic(modifiers)
            || Modifier.isTransient(modifiers)
            || field.getType().isPrimitive()
            || !field.trySetAccessible()) {
          continue;
        }
        Optional<String> found = findIn(field, object, path);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> findIn(Field field, Object object, String path) {
    try {
      Object value = field.get(object);
      if (value == null) {
        return Optional.empty();
      }
      String name =
          field.getName().startsWith("this$")
              ? " captures its enclosing "
              : field.isSynthetic() && field.getName().startsWith("val$")
                  ? " captures variable " + field.getName().substring(4) + ", a "
                  : " has field " + field.getName() + ", a ";
      return find(value, path + name + describe(value));
    } catch (IllegalAccessException e) {
      return Optional.empty();
    }
  }

  private static String describe(Object object) {
    return LambdaSignature.serialized(object)
        .map(lambda -> "lambda in " + lambda.getCapturingClass().replace('/', '.'))
        .orElseGet(
            () ->
                object.getClass().isHidden()
                    ? "lambda of a type that is not serializable, "
                        + object.getClass().getName().replaceAll("/0x.*", "")
                    : object.getClass().getTypeName());
  }
}
