package io.millrace.testkit.simulation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Loads Millrace's classes anew from the same class path, some of them patched; everything else
 * comes from the parent. All patches are applied, and so checked, when it is made.
 */
final class PatchedClasses extends ClassLoader {
  private final Map<String, byte[]> patched = new HashMap<>();

  PatchedClasses(List<Patch> patches) {
    super(PatchedClasses.class.getClassLoader());
    for (Patch patch : patches) {
      String file = patch.file();
      patched.put(file, patch.apply(patched.containsKey(file) ? patched.get(file) : read(file)));
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("io.millrace.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      String file = name.replace('.', '/') + ".class";
      if (getParent().getResource(file) == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = patched.containsKey(file) ? patched.get(file) : read(file);
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  /** Operators are copied from what this returns. */
  @Override
  public InputStream getResourceAsStream(String name) {
    return patched.containsKey(name)
        ? new ByteArrayInputStream(patched.get(name))
        : super.getResourceAsStream(name);
  }

  private byte[] read(String file) {
    try (InputStream in = getParent().getResourceAsStream(file)) {
      if (in == null) {
        throw new AssertionError("There is no class " + file + " to patch");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
