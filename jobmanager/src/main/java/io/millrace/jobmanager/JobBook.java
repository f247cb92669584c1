package io.millrace.jobmanager;

import io.millrace.runtime.blob.BlobKey;
import io.millrace.runtime.blob.BlobStore;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.scheduler.JobStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs that run and the views of those that have ended, of which the oldest are forgotten. Safe
 * for use by any thread.
 */
final class JobBook {
  private static final Logger LOG = LoggerFactory.getLogger(JobBook.class);

  private final JobStore store;
  private final BlobStore blobs;
  private final int retained;
  private final ConcurrentHashMap<JobId, ManagedJob> running = new ConcurrentHashMap<>();

  /** Oldest first; guarded by itself. */
  private final LinkedHashMap<JobId, Ended> ended = new LinkedHashMap<>();

  /** What is kept of a job that has ended; its jars stay for as long: it may come again. */
  private record Ended(JobView view, List<String> jars) {}

  JobBook(JobStore store, BlobStore blobs, int retained) {
    this.store = store;
    this.blobs = blobs;
    this.retained = retained;
  }

  void add(ManagedJob job) {
    running.put(job.id(), job);
  }

  void addEnded(JobView view, List<String> jars) {
    synchronized (ended) {
      ended.put(view.id(), new Ended(view, jars));
    }
  }

  Optional<ManagedJob> running(JobId id) {
    return Optional.ofNullable(running.get(id));
  }

  List<ManagedJob> running() {
    return List.copyOf(running.values());
  }

  Optional<JobView> ended(JobId id) {
    synchronized (ended) {
      return Optional.ofNullable(ended.get(id)).map(Ended::view);
    }
  }

  /** By time of submission. */
  List<JobView> views() {
    Map<JobId, JobView> views = new LinkedHashMap<>();
    synchronized (ended) {
      ended.forEach((id, job) -> views.put(id, job.view()));
    }
    running.values().forEach(job -> views.put(job.id(), job.view()));
    List<JobView> sorted = new ArrayList<>(views.values());
    sorted.sort(Comparator.comparing(JobView::submitted).thenComparing(JobView::id));
    return sorted;
  }

  /** Moves a job that has ended over, and forgets the oldest. Blocks. */
  void end(ManagedJob job) {
    addEnded(job.view(), job.graph().jars());
    running.remove(job.id());
    forgetOldest();
  }

  /** Forgets jobs beyond those to be retained, with the jars that only they had. Blocks. */
  void forgetOldest() {
    Map<JobId, Ended> forgotten = new LinkedHashMap<>();
    Set<String> needed = new HashSet<>();
    synchronized (ended) {
      var oldest = ended.entrySet().iterator();
      for (int i = ended.size(); i > retained; i--) {
        var entry = oldest.next();
        forgotten.put(entry.getKey(), entry.getValue());
        oldest.remove();
      }
      ended.values().forEach(job -> needed.addAll(job.jars()));
    }
    running.values().forEach(job -> needed.addAll(job.graph().jars()));
    forgotten.forEach(
        (id, job) -> {
          try {
            store.remove(id);
            for (String jar : job.jars()) {
              if (!needed.contains(jar)) {
                blobs.delete(new BlobKey(jar));
              }
            }
          } catch (IOException e) {
            LOG.warn("Could not forget job {}", id, e);
          }
        });
  }
}
