package io.millrace.runtime.classloading;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;

/** Reads shipped functions with the job's class loader, never with another (invariant CL3). */
public final class UserObjects {
  private UserObjects() {}

  /**
   * @param what names the object in the error
   * @throws IOException naming the class that is missing or does not fit
   */
  public static Object read(byte[] bytes, ClassLoader loader, String what) throws IOException {
    try (ObjectInputStream in = new LoaderInputStream(bytes, loader)) {
      return in.readObject();
    } catch (ClassNotFoundException e) {
      throw new IOException(what + ": class " + e.getMessage() + " is not in the job's jars", e);
    } catch (IOException | RuntimeException | LinkageError e) {
      throw new IOException(what + " can't be read: " + e.getMessage(), e);
    }
  }

  private static final class LoaderInputStream extends ObjectInputStream {
    private final ClassLoader loader;

    LoaderInputStream(byte[] bytes, ClassLoader loader) throws IOException {
      super(new ByteArrayInputStream(bytes));
      this.loader = loader;
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(description.getName(), false, loader);
      } catch (ClassNotFoundException e) {
        return super.resolveClass(description); // primitives
      }
    }
  }
}
