package io.millrace.api.datastream;

import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.util.Optional;

/** The class loader of the program that describes a job. */
final class Loaders {
  private static final String API = Loaders.class.getPackageName();

  private Loaders() {}

  /**
   * The context class loader; or that of the code that calls the API, where the context's does not
   * know its classes ({@code java Program.java} compiles into a loader that is nobody's context).
   */
  static ClassLoader ofProgram() {
    Optional<ClassLoader> context =
        Optional.ofNullable(Thread.currentThread().getContextClassLoader());
    Optional<Class<?>> caller =
        StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE)
            .walk(
                frames ->
                    frames
                        .<Class<?>>map(StackFrame::getDeclaringClass)
                        .filter(type -> !type.getPackageName().equals(API))
                        .findFirst());
    return context
        .filter(loader -> caller.map(type -> knows(loader, type)).orElse(true))
        .or(() -> caller.map(Class::getClassLoader))
        .orElseGet(Loaders.class::getClassLoader);
  }

  private static boolean knows(ClassLoader loader, Class<?> type) {
    try {
      return Class.forName(type.getName(), false, loader) == type;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }
}
