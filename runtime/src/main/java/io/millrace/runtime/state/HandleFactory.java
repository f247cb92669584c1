package io.millrace.runtime.state;

import java.lang.reflect.InvocationTargetException;

/**
 * Makes state handles. The engine passes one that makes them from a copy of the class in the
 * operator's own class loader, so that each call site in a chain sees one receiver type; handle
 * classes are public and touch only public members of their collaborators for this reason.
 */
@FunctionalInterface
public interface HandleFactory {
  /**
   * Makes a handle.
   *
   * @param handleClass has exactly one public constructor
   * @return an instance of the class or of a copy of it, so it may only be cast to the interfaces
   */
  Object newHandle(Class<?> handleClass, Object... arguments);

  /** Makes handles of the class itself. */
  static HandleFactory plain() {
    return (handleClass, arguments) -> {
      try {
        return handleClass.getConstructors()[0].newInstance(arguments);
      } catch (InvocationTargetException e) {
        throw new IllegalStateException("Handle " + handleClass + " failed to start", e.getCause());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("Handle " + handleClass + " cannot be made", e);
      }
    };
  }
}
