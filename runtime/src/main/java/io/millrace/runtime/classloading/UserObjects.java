package io.millrace.runtime.classloading;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads shipped functions with the job's class loader, never with another (invariant CL3). */
public final class UserObjects {
  private static final Map<String, Class<?>> PRIMITIVES =
      Stream.of(
              boolean.class,
              byte.class,
              char.class,
              short.class,
              int.class,
              long.class,
              float.class,
              double.class,
              void.class)
          .collect(Collectors.toMap(Class::getName, Function.identity()));

  private UserObjects() {}

  /**
   * @param what names the object in the error
   * @throws UnreadableFunctionException naming the class that is missing or does not fit
   */
  public static Object read(byte[] bytes, ClassLoader loader, String what)
      throws UnreadableFunctionException {
    List<String> missing = new ArrayList<>();
    try (ObjectInputStream in = new LoaderInputStream(bytes, loader, missing)) {
      return in.readObject();
    } catch (ClassNotFoundException | IOException | RuntimeException | LinkageError e) {
      // A class that is missing deep inside often shows as something else: what should refer to it
      // keeps a placeholder, which does not fit where it is put.
      String why =
          missing.isEmpty()
              ? " can't be read: " + e
              : ": class "
                  + missing.get(0)
                  + " is neither in the job's jars nor known to the engine";
      throw new UnreadableFunctionException(what + why, e);
    }
  }

  private static final class LoaderInputStream extends ObjectInputStream {
    private final ClassLoader loader;
    private final List<String> missing;

    LoaderInputStream(byte[] bytes, ClassLoader loader, List<String> missing) throws IOException {
      super(new ByteArrayInputStream(bytes));
      this.loader = loader;
      this.missing = missing;
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      Class<?> primitive = PRIMITIVES.get(description.getName());
      if (primitive != null) {
        return primitive;
      }
      try {
        return Class.forName(description.getName(), false, loader);
      } catch (ClassNotFoundException e) {
        missing.add(description.getName());
        throw e;
      }
    }
  }
}
