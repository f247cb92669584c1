package io.millrace.runtime.classloading;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.runtime.ObjectMethods;

/**
 * Takes the place of a job's types where the JDK remembers the last type that a method handle was
 * adapted to. Before Java 19 it remembers that type strongly, and with it the class loader; and the
 * method handles from which it makes {@code equals}, {@code hashCode} and {@code toString} of each
 * record are static. So the last job that used a record of its own for the first time would stay
 * until another job does.
 */
public final class AdaptedTypes {
  private AdaptedTypes() {}

  /** What is remembered instead: a type of the engine, whose component is of such a type, too. */
  private record Unused(Unused component) {}

  /** Makes the JDK forget the types of others. From any thread. */
  public static void forget() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      MethodHandle component = lookup.findGetter(Unused.class, "component", Unused.class);
      adapt("equals", MethodType.methodType(boolean.class, Unused.class, Object.class), component);
      adapt("hashCode", MethodType.methodType(int.class, Unused.class), component);
      adapt("toString", MethodType.methodType(String.class, Unused.class), component);
    } catch (Throwable e) { // which is what bootstrap methods declare
      throw new IllegalStateException("The JDK could not make the methods of a record", e);
    }
  }

  private static void adapt(String method, MethodType type, MethodHandle component)
      throws Throwable {
    Object unused =
        ObjectMethods.bootstrap(
            MethodHandles.lookup(), method, type, Unused.class, "component", component);
  }
}
