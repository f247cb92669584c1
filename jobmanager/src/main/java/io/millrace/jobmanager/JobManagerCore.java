package io.millrace.jobmanager;

import io.millrace.core.storage.StoreLocation;
import io.millrace.runtime.blob.BlobKey;
import io.millrace.runtime.blob.BlobStore;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.LeaderEpoch;
import io.millrace.runtime.rpc.JobGraphCodec;
import io.millrace.runtime.rpc.JobManagerLink;
import io.millrace.runtime.rpc.TaskManagerGate;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.scheduler.JobEvent;
import io.millrace.runtime.scheduler.JobStore;
import io.millrace.runtime.scheduler.StoredJob;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JobManager without its transport: takes and recovers jobs, and answers for them. Connections of
 * TaskManagers are owned by its one thread, {@code main}; each job by a thread of its own.
 */
public final class JobManagerCore implements Dispatcher, TaskManagerGate, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobManagerCore.class);

  private final LeaderEpoch epoch;
  private final Settings settings;
  private final JobServices services;
  private final BlobStore blobs;
  private final ScheduledExecutorService main;
  private final Supplier<JobId> ids;
  private final SlotLedger slots = new SlotLedger();
  private final JobBook jobs;
  private final StateReads states;
  private final TaskManagerConnections taskManagers;

  /**
   * @param heartbeatInterval at which both ends of a connection send
   * @param heartbeatTimeout of silence after which a TaskManager is taken for dead
   * @param retainedJobs how many jobs that have ended are kept
   * @param build what TaskManagers must be, as {@link io.millrace.runtime.rpc.Build} says it
   */
  public record Settings(
      Duration heartbeatInterval, Duration heartbeatTimeout, int retainedJobs, String build) {}

  /**
   * @param epoch of this leader
   * @param main one thread, which owns the JobManager
   * @param ids makes an id for each job, never the same twice
   */
  public JobManagerCore(
      LeaderEpoch epoch,
      Settings settings,
      JobServices services,
      BlobStore blobs,
      ScheduledExecutorService main,
      Supplier<JobId> ids) {
    this.epoch = epoch;
    this.settings = settings;
    this.services = services;
    this.blobs = blobs;
    this.main = main;
    this.ids = ids;
    this.jobs = new JobBook(services.storage().jobs(), blobs, settings.retainedJobs());
    this.states = new StateReads(services, services.storage().scratch());
    this.taskManagers = new TaskManagerConnections(settings, services.clocks(), main, slots, jobs);
  }

  /**
   * Recovers all jobs, then begins to watch heartbeats. Blocks; call once, before any connection
   * (invariant HA1).
   *
   * @throws IOException if the store of jobs cannot be read at all
   */
  public void start() throws IOException {
    JobStore.Recovered recovered = services.storage().jobs().recover();
    for (JobStore.Unreadable unreadable : recovered.unreadable()) {
      LOG.error(
          "Job {} cannot be recovered and is left alone", unreadable.id(), unreadable.cause());
    }
    for (StoredJob stored : recovered.jobs()) {
      JobGraph graph;
      try {
        graph = JobGraphCodec.decode(stored.graph());
      } catch (RuntimeException e) {
        LOG.error("Job {} cannot be recovered and is left alone", stored.id(), e);
        continue;
      }
      if (stored.ending().isPresent()) {
        jobs.addEnded(JobViews.ofEnded(stored, graph), graph.jars());
      } else {
        LOG.info("Recovering job {} ({})", stored.id(), graph.name());
        run(stored, graph);
      }
    }
    jobs.forgetOldest();
    taskManagers.watchHeartbeats();
  }

  /**
   * Lets go of everything: connections are closed, nothing is deleted, jobs are recovered by the
   * next JobManager (invariant HA2).
   */
  @Override
  public void close() {
    main.shutdownNow();
    jobs.running().forEach(ManagedJob::abandon);
    taskManagers.closeAll("the JobManager is shutting down");
  }

  // ---- Dispatcher

  @Override
  public CompletionStage<JobId> submit(
      JobGraph graph, Optional<String> savepoint, boolean allowDroppedState) {
    CompletableFuture<JobId> answer = new CompletableFuture<>();
    services
        .threads()
        .io()
        .execute(
            () -> {
              try {
                for (String jar : graph.jars()) {
                  if (!blobs.exists(new BlobKey(jar))) { // HA1: blob first
                    throw new JobRequestException(
                        "Jar " + jar + " is not in the blob store: upload it before the job");
                  }
                }
                StoredJob stored =
                    new StoredJob(
                        ids.get(),
                        JobGraphCodec.encode(graph),
                        services.clocks().millis().getAsLong(),
                        savepoint,
                        allowDroppedState,
                        Optional.empty());
                services.storage().jobs().add(stored);
                LOG.info("Took job {} ({})", stored.id(), graph.name());
                run(stored, graph);
                answer.complete(stored.id());
              } catch (IOException e) {
                answer.completeExceptionally(
                    new JobRequestException(
                        "The job could not be stored, and was not taken: " + e.getMessage(), e));
              } catch (RuntimeException e) {
                answer.completeExceptionally(e);
              }
            });
    return answer;
  }

  private void run(StoredJob stored, JobGraph graph) {
    ManagedJob job =
        new ManagedJob(
            stored,
            graph,
            services,
            slots,
            new ManagedJob.Surroundings(
                taskManagers::send, taskManagers::slotsFreed, this::onEnded));
    jobs.add(job);
    job.start();
  }

  @Override
  public CompletionStage<Void> cancel(JobId id) {
    if (jobs.running(id).isEmpty() && jobs.ended(id).isPresent()) {
      return CompletableFuture.completedFuture(null);
    }
    return request(id, JobEvent.CancelRequested::new).thenApply(nothing -> null);
  }

  @Override
  public CompletionStage<String> savepoint(JobId id, Optional<String> directory) {
    Optional<String> target = directory.or(services.rules()::savepoints);
    return request(id, request -> new JobEvent.SavepointRequested(request, target))
        .thenApply(this::location);
  }

  @Override
  public CompletionStage<String> stop(JobId id, Optional<String> directory, boolean drain) {
    Optional<String> target = directory.or(services.rules()::savepoints);
    return request(id, request -> new JobEvent.StopRequested(request, target, drain))
        .thenApply(this::location);
  }

  private CompletionStage<Optional<String>> request(JobId id, LongFunction<JobEvent> event) {
    Optional<ManagedJob> job = jobs.running(id);
    if (job.isEmpty()) {
      return CompletableFuture.failedFuture(
          jobs.ended(id)
              .<RuntimeException>map(
                  view -> new JobRequestException("Job " + id + " is " + view.status()))
              .orElseGet(() -> new UnknownJobException(id)));
    }
    return job.get().request(event);
  }

  /** Absolute, so that it can be given to another job wherever that is submitted from. */
  private String location(Optional<String> directory) {
    String path = directory.orElseThrow();
    return StoreLocation.isAbsolute(path) ? path : services.storage().location() + "/" + path;
  }

  @Override
  public CompletionStage<JobView> onTermination(JobId id) {
    Optional<ManagedJob> job = jobs.running(id);
    if (job.isPresent()) {
      return job.get().termination();
    }
    return jobs.ended(id)
        .map(CompletableFuture::completedFuture)
        .orElseGet(() -> CompletableFuture.failedFuture(new UnknownJobException(id)));
  }

  @Override
  public CompletionStage<StateAnswer> state(JobId id, StateQuery query) {
    Optional<ManagedJob> running = jobs.running(id).filter(job -> !job.isTerminal());
    if (running.isPresent()) {
      return states.read(running.get(), query);
    }
    return CompletableFuture.failedFuture(
        job(id)
            .<RuntimeException>map(
                view ->
                    new JobRequestException(
                        "Job "
                            + id
                            + " is "
                            + view.status()
                            + ": only running jobs have state, and savepoints"))
            .orElseGet(() -> new UnknownJobException(id)));
  }

  @Override
  public List<JobView> jobs() {
    return jobs.views();
  }

  @Override
  public Optional<JobView> job(JobId id) {
    return jobs.running(id).map(ManagedJob::view).or(() -> jobs.ended(id));
  }

  /** Slots of all TaskManagers; for metrics. */
  public int totalSlots() {
    return slots.total();
  }

  public int freeSlots() {
    return slots.free();
  }

  @Override
  public List<TaskManagerView> taskManagers() {
    return taskManagers.views();
  }

  // ---- TaskManagerGate

  @Override
  public LeaderEpoch epoch() {
    return epoch;
  }

  @Override
  public JobManagerLink.Registration registration() {
    return new JobManagerLink.Registration(
        epoch, settings.heartbeatInterval(), settings.heartbeatTimeout());
  }

  @Override
  public void copyBlob(String key, OutputStream target) throws IOException {
    blobs.copyTo(new BlobKey(key), target);
  }

  @Override
  public void admit(ToJobManager.Register register) {
    taskManagers.admit(register);
  }

  @Override
  public Incoming register(ToJobManager.Register register, Connection connection) {
    return taskManagers.register(register, connection);
  }

  private void onEnded(ManagedJob job) {
    services.threads().io().execute(() -> jobs.end(job));
  }
}
