package io.millrace.jobmanager;

import io.millrace.jobmanager.enumerator.EnumeratorHost;
import io.millrace.runtime.edge.SerialExecutor;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.scheduler.JobAction;
import io.millrace.runtime.scheduler.JobEvent;
import io.millrace.runtime.scheduler.JobMachine;
import io.millrace.runtime.scheduler.JobMachineSettings;
import io.millrace.runtime.scheduler.JobStatus;
import io.millrace.runtime.scheduler.JobTimer;
import io.millrace.runtime.scheduler.StoredJob;
import io.millrace.runtime.state.RawState;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One job: its state machine on a thread of its own, and the hands that carry out what the machine
 * wants done. Public methods are safe for use by any thread; all else is owned by the job's.
 */
final class ManagedJob {
  private static final Logger LOG = LoggerFactory.getLogger(ManagedJob.class);
  private static final long DEADLINE_CHECK_MILLIS = 1_000;

  private final StoredJob stored;
  private final JobGraph graph;
  private final JobServices services;
  private final SlotLedger slots;
  private final Surroundings surroundings;
  private final ScheduledExecutorService thread;
  private final JobMachine machine;
  private final JobStorage storage;
  private final EnumeratorHost enumerators;
  private final TaskMetricsBook metrics = new TaskMetricsBook();
  private final Map<JobTimer, ScheduledFuture<?>> timers = new HashMap<>();
  private final AtomicLong requestIds = new AtomicLong();
  private final ConcurrentHashMap<Long, CompletableFuture<Optional<String>>> requests =
      new ConcurrentHashMap<>();
  private final LiveReads liveReads;
  private final CompletableFuture<JobView> termination = new CompletableFuture<>();
  private volatile JobSnapshot snapshot;
  private long now;
  private boolean broken;

  /**
   * The JobManager around the job.
   *
   * @param send to a TaskManager, if it is connected
   * @param slotsFreed other jobs may have more slots now
   * @param ended the job is over and all that is to be kept of it is durable
   */
  record Surroundings(
      BiConsumer<TaskManagerId, ToTaskManager> send,
      Consumer<ManagedJob> slotsFreed,
      Consumer<ManagedJob> ended) {}

  ManagedJob(
      StoredJob stored,
      JobGraph graph,
      JobServices services,
      SlotLedger slots,
      Surroundings surroundings) {
    this.stored = stored;
    this.graph = graph;
    this.services = services;
    this.slots = slots;
    this.surroundings = surroundings;
    this.thread = services.threads().job(id());
    this.machine =
        new JobMachine(
            new JobMachineSettings(
                id(),
                graph,
                stored.allowDroppedState(),
                services.rules().slotPatience(),
                services.rules().jitter()));
    this.storage =
        new JobStorage(
            id(), services.storage(), new SerialExecutor(services.threads().io()), this::post);
    this.enumerators =
        new EnumeratorHost(
            graph,
            () -> services.loaders().acquire(id(), graph.jars()),
            services.threads().enumerators(id()),
            services.rules().enumerators(),
            services.clocks().nanos(),
            this::post,
            this::checkSoon);
    this.liveReads = new LiveReads(id(), surroundings.send());
    this.snapshot = JobSnapshot.of(machine, Optional.empty());
  }

  JobId id() {
    return stored.id();
  }

  JobGraph graph() {
    return graph;
  }

  StoredJob stored() {
    return stored;
  }

  TaskMetricsBook metrics() {
    return metrics;
  }

  /** Finds out what to go on from, then begins. */
  void start() {
    LOG.info("Starting job {} ({})", id(), graph.name());
    storage.recover(stored, () -> slots.offersFor(id()));
  }

  private void checkSoon(Runnable check) {
    try {
      thread.schedule(check, DEADLINE_CHECK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("Job {} has ended; its enumerators' calls are not watched any more", id());
    }
  }

  void post(JobEvent event) {
    try {
      thread.execute(() -> handle(event));
    } catch (RejectedExecutionException e) {
      LOG.debug("Job {} has ended; {} comes too late", id(), event.getClass().getSimpleName());
    }
  }

  /**
   * All slots it may use have changed. They are read when the event is handled: read earlier, they
   * could bring back a TaskManager whose loss is queued in between, and a deployment to it would
   * never be answered.
   */
  void slotsChanged() {
    try {
      thread.execute(() -> handle(new JobEvent.SlotsChanged(slots.offersFor(id()))));
    } catch (RejectedExecutionException e) {
      LOG.debug("Job {} has ended; a change of slots comes too late", id());
    }
  }

  /** Asks for something that is answered once; fails with {@link JobRequestException}. */
  CompletionStage<Optional<String>> request(LongFunction<JobEvent> event) {
    long request = requestIds.incrementAndGet();
    CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
    requests.put(request, answer);
    try {
      thread.execute(() -> handle(event.apply(request)));
    } catch (RejectedExecutionException e) {
      requests.remove(request);
      answer.completeExceptionally(
          new JobRequestException("Job " + id() + " is " + snapshot.status() + " already", e));
    }
    return answer;
  }

  /** Asks the subtask that owns the key; fails with {@link StateQueryException}. */
  CompletionStage<Optional<RawState>> readState(StateQuery query, QueriedKey key) {
    LiveReads.Read read = new LiveReads.Read(query, key);
    try {
      thread.execute(
          () -> {
            liveReads.ask(read, snapshot);
            ScheduledFuture<?> unused =
                thread.schedule(
                    () -> liveReads.giveUp(read), LiveReads.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
          });
    } catch (RejectedExecutionException e) {
      read.fail("Job " + id() + " is " + snapshot.status() + " already");
    }
    return read.answer();
  }

  /** A subtask has answered. */
  void stateRead(ToJobManager.StateRead answer) {
    try {
      thread.execute(() -> liveReads.answered(answer));
    } catch (RejectedExecutionException e) {
      LOG.debug("Job {} has ended; an answer about its state comes too late", id());
    }
  }

  CompletionStage<JobView> termination() {
    return termination;
  }

  JobView view() {
    return JobViews.of(stored, graph, snapshot, metrics);
  }

  boolean isTerminal() {
    return snapshot.status().isTerminal();
  }

  /** The JobManager goes down: nothing is deleted, nothing is told (invariant HA2). */
  void abandon() {
    try {
      thread.execute(
          () -> {
            broken = true; // nothing is decided any more
            enumerators.close(this::release);
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("Job {} has ended or was abandoned before", id(), e);
    }
  }

  // ---- the job's thread

  private void handle(JobEvent event) {
    if (broken) {
      return;
    }
    MDC.put("job", id().toString());
    try {
      now = Math.max(now, services.clocks().millis().getAsLong());
      if (event instanceof JobEvent.JobStarted) {
        slotsChanged(); // its slots were read on another thread; comes before CountersStored
      }
      List<JobAction> actions = machine.on(event, now);
      for (JobAction action : actions) {
        if (!(action instanceof JobAction.CompleteRequest)) {
          perform(action);
        }
      }
      publish();
      // Whoever gets an answer must see a view that agrees with it.
      for (JobAction action : actions) {
        if (action instanceof JobAction.CompleteRequest) {
          perform(action);
        }
      }
    } catch (RuntimeException | Error e) {
      onBroken(event, e);
    } finally {
      MDC.remove("job");
    }
  }

  private void publish() {
    snapshot =
        JobSnapshot.of(
            machine,
            snapshot
                .ended()
                .or(() -> machine.status().isTerminal() ? Optional.of(now) : Optional.empty()));
    liveReads.failUnlessRunning(snapshot);
  }

  /** A mistake in the engine: what the job is stays in the store, for a repaired JobManager. */
  private void onBroken(JobEvent event, Throwable cause) {
    LOG.error(
        "Internal error in job {} at {}: it is given up, nothing is deleted", id(), event, cause);
    broken = true;
    machine
        .attempts()
        .forEach(
            placed ->
                surroundings
                    .send()
                    .accept(placed.taskManager(), new ToTaskManager.Cancel(placed.attempt())));
    StringWriter trace = new StringWriter();
    cause.printStackTrace(new PrintWriter(trace));
    snapshot = snapshot.broken(new TaskFailure("Internal error: " + cause, trace.toString()), now);
    slots.claim(id(), List.of());
    surroundings.slotsFreed().accept(this);
    termination.complete(view());
    enumerators.close(this::release);
  }

  private void perform(JobAction action) {
    if (action instanceof JobAction.Send send) {
      surroundings.send().accept(send.taskManager(), send.message());
    } else if (action instanceof JobAction.StartTimer start) {
      cancelTimer(start.timer());
      timers.put(
          start.timer(),
          thread.schedule(
              () -> {
                timers.remove(start.timer());
                handle(new JobEvent.TimerFired(start.timer()));
              },
              start.delay().toNanos(),
              TimeUnit.NANOSECONDS));
    } else if (action instanceof JobAction.CancelTimer cancel) {
      cancelTimer(cancel.timer());
    } else if (action instanceof JobAction.UseSlots use) {
      if (!slots.claim(id(), use.slots())) {
        slotsChanged(); // another job was faster; known before the deployment is planned
      }
      surroundings.slotsFreed().accept(this);
    } else if (action instanceof JobAction.CompleteRequest complete) {
      complete(complete);
    } else if (action instanceof JobAction.StatusChanged changed) {
      onStatus(changed);
    } else if (!storage.perform(action)) {
      performOnEnumerator(action);
    }
  }

  private void performOnEnumerator(JobAction action) {
    if (action instanceof JobAction.RestoreEnumerator restore) {
      metrics.retain(attempt -> attempt.attempt() >= restore.execution());
      enumerators.restore(restore);
    } else if (action instanceof JobAction.CloseEnumerator close) {
      enumerators.close(close);
    } else if (action instanceof JobAction.SnapshotEnumerator snapshotEnumerator) {
      enumerators.snapshot(snapshotEnumerator);
    } else if (action instanceof JobAction.AddReader add) {
      enumerators.addReader(add);
    } else if (action instanceof JobAction.RequestSplit request) {
      enumerators.requestSplit(request);
    } else if (action instanceof JobAction.NotifyEnumerator notify) {
      enumerators.notifyComplete(notify);
    } else {
      throw new IllegalStateException("Nobody performs " + action);
    }
  }

  private void cancelTimer(JobTimer timer) {
    ScheduledFuture<?> running = timers.remove(timer);
    if (running != null) {
      running.cancel(false);
    }
  }

  private void complete(JobAction.CompleteRequest complete) {
    CompletableFuture<Optional<String>> answer = requests.remove(complete.requestId());
    if (answer == null) {
      throw new IllegalStateException("No request " + complete.requestId() + " is open");
    }
    if (complete.failure().isPresent()) {
      answer.completeExceptionally(
          new JobRequestException("Job " + id() + ": " + complete.failure().get()));
    } else {
      answer.complete(complete.location());
    }
  }

  private void onStatus(JobAction.StatusChanged changed) {
    String detail = changed.detail().map(text -> ": " + text).orElse("");
    if (changed.status() == JobStatus.FAILED || changed.status() == JobStatus.RESTARTING) {
      LOG.warn("Job {} ({}) is {}{}", id(), graph.name(), changed.status(), detail);
    } else {
      LOG.info("Job {} ({}) is {}{}", id(), graph.name(), changed.status(), detail);
    }
    if (changed.status().isTerminal()) {
      StoredJob.Ending ending =
          new StoredJob.Ending(changed.status(), changed.detail().orElse(""), now);
      storage.end(ending);
      // After the actions of this event, deletions among them.
      thread.execute(() -> storage.afterAll(() -> thread.execute(this::onEnded)));
    }
  }

  private void onEnded() {
    enumerators.close(this::release);
    termination.complete(view());
    surroundings.ended().accept(this);
    // An enumerator that hangs while it closes must not keep the thread for ever.
    thread.schedule(
        this::release,
        2 * services.rules().enumerators().callDeadline().toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /** From any thread; nothing of the job runs any more. */
  private void release() {
    services.loaders().release(id(), services.threads().io());
    thread.shutdown();
    failOpenRequests();
  }

  private void failOpenRequests() {
    JobRequestException ended =
        new JobRequestException("Job " + id() + " is " + snapshot.status() + " already");
    requests.values().forEach(request -> request.completeExceptionally(ended));
  }
}
