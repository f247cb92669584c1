package io.millrace.runtime.classloading;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Loads the classes of one job: from its own jars first, so that the engine's library versions
 * never clash with the job's. What user code and engine share comes from the parent, or a job jar
 * that carries a copy of it could not talk to the engine. Connectors and formats in the job's jars
 * are the job's own. Closed when the job is released.
 */
public class JobClassLoader extends URLClassLoader {
  private static final List<String> SHARED =
      List.of(
          "java.",
          "jdk.",
          "sun.",
          "io.millrace.core.",
          "io.millrace.runtime.",
          "io.millrace.api.",
          "io.millrace.jobmanager.",
          "io.millrace.taskmanager.",
          "io.millrace.client.",
          // One logging facade, or the job's log lines go nowhere.
          "org.slf4j.");

  static {
    registerAsParallelCapable();
  }

  /**
   * @param name for thread dumps and heap dumps: the job's
   * @param jars in class path order
   */
  public JobClassLoader(String name, List<URL> jars, ClassLoader parent) {
    super(name, jars.toArray(new URL[0]), parent);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (isShared(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null) {
        try {
          loaded = findClass(name);
        } catch (ClassNotFoundException e) {
          loaded = getParent().loadClass(name);
        }
      }
      if (resolve) {
        resolveClass(loaded);
      }
      return loaded;
    }
  }

  private static boolean isShared(String name) {
    for (String prefix : SHARED) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public URL getResource(String name) {
    URL own = findResource(name);
    return own != null ? own : getParent().getResource(name);
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    Set<URL> all = new LinkedHashSet<>(Collections.list(findResources(name)));
    all.addAll(Collections.list(getParent().getResources(name)));
    return Collections.enumeration(all);
  }
}
