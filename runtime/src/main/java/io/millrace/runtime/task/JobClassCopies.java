package io.millrace.runtime.task;

import io.millrace.runtime.classloading.JobClassLoader;
import io.millrace.runtime.id.JobId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The copies of operator classes of each job on a TaskManager. A job with jars takes its copies
 * with it. One without runs on classes that stay loaded: its copies are kept for the next job of
 * that name, so that a program that is run again in the same process (in a test, or embedded) finds
 * its code compiled, and its functions still see one class at each of their calls. Safe for use by
 * any thread.
 */
final class JobClassCopies {
  /** Names whose copies are kept; the one used longest ago goes first. */
  static final int KEPT = 16;

  private final boolean copied;
  private final Map<JobId, Held> held = new HashMap<>();
  private final LinkedHashMap<String, ClassCopies> kept = new LinkedHashMap<>();

  /**
   * @param copied as in {@link ClassCopies}
   */
  JobClassCopies(boolean copied) {
    this.copied = copied;
  }

  private record Held(String jobName, boolean staysLoaded, ClassCopies copies) {}

  /** The job's copies, the same until it is released. */
  synchronized ClassCopies acquire(JobId job, String jobName, ClassLoader userLoader) {
    return held.computeIfAbsent(
            job,
            id -> {
              boolean staysLoaded = !(userLoader instanceof JobClassLoader);
              ClassCopies former = staysLoaded ? kept.remove(jobName) : null;
              return new Held(
                  jobName, staysLoaded, former == null ? new ClassCopies(copied) : former);
            })
        .copies();
  }

  /** The job has no subtasks here any more. */
  synchronized void release(JobId job) {
    Held released = held.remove(job);
    if (released == null || !released.staysLoaded) {
      return;
    }
    kept.remove(released.jobName);
    kept.put(released.jobName, released.copies);
    if (kept.size() > KEPT) {
      kept.remove(kept.keySet().iterator().next());
    }
  }
}
