package io.millrace.runtime.blob;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/**
 * Loads a job's jars: its own classes first, so that its libraries never clash with the engine's,
 * except for what both sides must share (invariant CL1). Safe for use by any thread.
 */
public final class JobClassLoader extends URLClassLoader {
  static {
    registerAsParallelCapable();
  }

  /** What user code and engine share: one class of each name, the engine's. */
  private static final List<String> PARENT_FIRST =
      List.of(
          "java.",
          "javax.",
          "jdk.",
          "sun.",
          "io.millrace.core.",
          "io.millrace.api.",
          "io.millrace.runtime.",
          "org.slf4j.");

  /**
   * @param description of the job, for logs and thread dumps
   */
  public JobClassLoader(String description, List<URL> jars, ClassLoader parent) {
    super("job " + description, jars.toArray(URL[]::new), parent);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (isParentFirst(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null) {
        try {
          loaded = findClass(name);
        } catch (ClassNotFoundException e) {
          return super.loadClass(name, resolve);
        }
      }
      if (resolve) {
        resolveClass(loaded);
      }
      return loaded;
    }
  }

  @Override
  public URL getResource(String name) {
    if (!isParentFirst(name.replace('/', '.'))) {
      URL own = findResource(name);
      if (own != null) {
        return own;
      }
    }
    return super.getResource(name);
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    List<URL> urls = new ArrayList<>(Collections.list(findResources(name)));
    for (URL inherited : Collections.list(getParent().getResources(name))) {
      if (!urls.contains(inherited)) {
        urls.add(inherited);
      }
    }
    return Collections.enumeration(urls);
  }

  private static boolean isParentFirst(String name) {
    for (String prefix : PARENT_FIRST) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return "JobClassLoader[" + getName() + "]";
  }
}
