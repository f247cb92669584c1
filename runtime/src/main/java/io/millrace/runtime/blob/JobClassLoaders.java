package io.millrace.runtime.blob;

import io.millrace.runtime.classloading.AdaptedTypes;
import io.millrace.runtime.classloading.JobClassLoader;
import io.millrace.runtime.id.JobId;
import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One class loader per job and jar set, kept across failovers until the job is released (invariant
 * CL1); a job without jars runs under the engine's own loader. Safe for use by any thread; {@link
 * #acquire} blocks while jars are fetched.
 */
public final class JobClassLoaders {
  private static final Logger LOG = LoggerFactory.getLogger(JobClassLoaders.class);

  private final BlobCache cache;
  private final ClassLoader parent;

  /** Told of a loader that is about to be closed, so that caches drop what they hold of it. */
  private final List<Consumer<ClassLoader>> releaseHooks = new CopyOnWriteArrayList<>();

  /** Guarded by this. */
  private final Map<JobId, Map<List<String>, JobClassLoader>> loaders = new HashMap<>();

  /** Jars in use or being fetched, by job: not to be deleted. Guarded by this. */
  private final Map<JobId, Set<BlobKey>> claims = new HashMap<>();

  public JobClassLoaders(BlobCache cache, ClassLoader parent) {
    this.cache = cache;
    this.parent = parent;
  }

  /** Adds a hook that is called for each job loader before it is closed. */
  public void onRelease(Consumer<ClassLoader> hook) {
    releaseHooks.add(hook);
  }

  /**
   * The job's loader, made if need be.
   *
   * @param jars keys in the blob store, in class path order
   * @throws IOException if a jar cannot be fetched or is damaged, naming it
   */
  public ClassLoader acquire(JobId job, List<String> jars) throws IOException {
    if (jars.isEmpty()) {
      return parent;
    }
    synchronized (this) {
      JobClassLoader existing = loaders.getOrDefault(job, Map.of()).get(jars);
      if (existing != null) {
        return existing;
      }
      Set<BlobKey> claimed = claims.computeIfAbsent(job, id -> new HashSet<>());
      jars.forEach(jar -> claimed.add(new BlobKey(jar)));
    }
    List<URL> urls = new ArrayList<>(jars.size());
    for (String jar : jars) {
      urls.add(cache.get(new BlobKey(jar)).toUri().toURL());
    }
    synchronized (this) {
      return loaders
          .computeIfAbsent(job, id -> new HashMap<>())
          .computeIfAbsent(
              List.copyOf(jars), key -> new JobClassLoader("job " + job, urls, parent));
    }
  }

  /**
   * Forgets the job at once: whoever acquires it later gets another loader. In the background,
   * hooks are called, its loaders closed, and jars that no job needs deleted.
   */
  public void release(JobId job, Executor background) {
    Collection<JobClassLoader> released;
    synchronized (this) {
      if (claims.remove(job) == null) {
        return;
      }
      Map<List<String>, JobClassLoader> own = loaders.remove(job);
      released = own == null ? List.of() : own.values();
    }
    background.execute(
        () -> {
          released.forEach(this::close);
          try {
            cache.deleteUnless(this::isClaimed);
          } catch (IOException e) {
            LOG.warn("Could not delete the jars of job {}", job, e);
          }
        });
  }

  private synchronized boolean isClaimed(BlobKey key) {
    return claims.values().stream().anyMatch(claimed -> claimed.contains(key));
  }

  private void close(JobClassLoader loader) {
    for (Consumer<ClassLoader> hook : releaseHooks) {
      try {
        hook.accept(loader);
      } catch (RuntimeException e) {
        LOG.warn("A hook failed while {} was released", loader.getName(), e);
      }
    }
    ResourceBundle.clearCache(loader);
    try {
      loader.close();
    } catch (IOException e) {
      LOG.warn("Could not close the class loader of {}", loader.getName(), e);
    }
    try {
      AdaptedTypes.forget();
    } catch (RuntimeException e) {
      LOG.warn("The last job's record types may stay until the next job's take their place", e);
    }
  }

  /** Whether the job has a loader here. */
  public synchronized boolean holds(JobId job) {
    return claims.containsKey(job);
  }

  /** Forgets all jobs. */
  public void releaseAll(Executor background) {
    Set<JobId> jobs;
    synchronized (this) {
      jobs = Set.copyOf(claims.keySet());
    }
    jobs.forEach(job -> release(job, background));
  }
}
