package io.millrace.runtime.task;

import io.millrace.runtime.operators.OperatorMaker;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The copies of operator classes of one job on a TaskManager: one for each place in the job, shared
 * by its subtasks, and gone with the job or kept for its next run ({@link JobClassCopies}). Safe
 * for use by any thread.
 */
public final class ClassCopies {
  private final ConcurrentHashMap<String, Class<?>> copies = new ConcurrentHashMap<>();
  private final boolean copied;

  public ClassCopies() {
    this(true);
  }

  /**
   * @param copied false to have the classes themselves at all places ({@link TaskTuning})
   */
  public ClassCopies(boolean copied) {
    this.copied = copied;
  }

  /**
   * @param place names the operator or edge within the job
   */
  public OperatorMaker at(String place) {
    return new Maker(place);
  }

  private final class Maker implements OperatorMaker {
    private final String place;

    Maker(String place) {
      this.place = place;
    }

    @Override
    public <T> T make(Class<T> type, Object... arguments) {
      Class<?> copy = copied ? copyOf(type) : type;
      Constructor<?>[] constructors = copy.getConstructors();
      if (constructors.length != 1) {
        throw new IllegalArgumentException(
            type.getName() + " has " + constructors.length + " public constructors, not one");
      }
      try {
        // The copy has the original's name but is not the original: only its supertypes are shared.
        // Callers that need
        // the class itself use what the supertypes offer.
        @SuppressWarnings("unchecked")
        T instance = (T) constructors[0].newInstance(arguments);
        return instance;
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new IllegalStateException(type.getName() + " can't be made", e.getCause());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(type.getName() + " can't be made", e);
      }
    }

    private Class<?> copyOf(Class<?> type) {
      return copies.computeIfAbsent(
          place + "/" + type.getName(), key -> new CopyLoader(type).copy());
    }
  }

  /**
   * Defines its own copy of a class and of those nested in it, and asks its parent for everything
   * else.
   */
  private static final class CopyLoader extends ClassLoader {
    private final Class<?> original;

    CopyLoader(Class<?> original) {
      super("copy of " + original.getSimpleName(), original.getClassLoader());
      this.original = original;
    }

    Class<?> copy() {
      try {
        return loadClass(original.getName());
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.equals(original.getName()) && !name.startsWith(original.getName() + "$")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        String file = name.replace('.', '/') + ".class";
        try (InputStream in = original.getClassLoader().getResourceAsStream(file)) {
          if (in == null) {
            throw new ClassNotFoundException(name);
          }
          byte[] bytes = in.readAllBytes();
          return defineClass(name, bytes, 0, bytes.length, original.getProtectionDomain());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
