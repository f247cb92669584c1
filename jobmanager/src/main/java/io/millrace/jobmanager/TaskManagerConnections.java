package io.millrace.jobmanager;

import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskManagerGate;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.scheduler.JobEvent;
import io.millrace.runtime.scheduler.SlotOffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of TaskManagers: who registers, is heard or falls silent, and which job is told.
 * Owned by the JobManager's one thread; {@link #admit}, {@link #register}, {@link #send}, {@link
 * #slotsFreed} and {@link #views} may be called from any.
 */
final class TaskManagerConnections {
  private static final Logger LOG = LoggerFactory.getLogger(TaskManagerConnections.class);

  private final JobManagerCore.Settings settings;
  private final JobServices.Clocks clocks;
  private final ScheduledExecutorService main;
  private final SlotLedger slots;
  private final JobBook jobs;
  private final TaskManagerRegistry taskManagers = new TaskManagerRegistry();

  TaskManagerConnections(
      JobManagerCore.Settings settings,
      JobServices.Clocks clocks,
      ScheduledExecutorService main,
      SlotLedger slots,
      JobBook jobs) {
    this.settings = settings;
    this.clocks = clocks;
    this.main = main;
    this.slots = slots;
    this.jobs = jobs;
  }

  /** See {@link TaskManagerGate#admit}. */
  void admit(ToJobManager.Register register) {
    if (!register.build().equals(settings.build())) {
      throw new TaskManagerGate.RefusedException(
          true,
          "TaskManager "
              + register.taskManager()
              + " is "
              + register.build()
              + ", this JobManager is "
              + settings.build());
    }
    if (register.slots() < 1) {
      throw new TaskManagerGate.RefusedException(
          true, "TaskManager " + register.taskManager() + " has no slots: set taskmanager.slots");
    }
    if (taskManagers.find(register.taskManager()).isPresent()) {
      throw new TaskManagerGate.RefusedException(
          false, "There is a TaskManager " + register.taskManager() + " already");
    }
  }

  /** See {@link TaskManagerGate#register}. */
  TaskManagerGate.Incoming register(
      ToJobManager.Register register, TaskManagerGate.Connection connection) {
    TaskManagerRegistry.Member member =
        new TaskManagerRegistry.Member(register, connection, clocks.nanos().getAsLong(), instant());
    onMain(() -> onRegistered(member));
    return new TaskManagerGate.Incoming() {
      @Override
      public void received(ToJobManager message) {
        onMain(() -> onMessage(member, message));
      }

      @Override
      public void closed(String reason, boolean orderly) {
        onMain(() -> lose(member, reason, orderly));
      }
    };
  }

  private void onRegistered(TaskManagerRegistry.Member member) {
    ToJobManager.Register register = member.registration();
    taskManagers.add(member);
    slots.add(new SlotOffer(member.id(), register.host(), register.dataPort(), register.slots()));
    LOG.info(
        "TaskManager {} (process {}, {}:{}) registered with {} slots",
        member.id(),
        register.processId(),
        register.host(),
        register.dataPort(),
        register.slots());
    for (AttemptId attempt : register.running()) { // SL2: its report is the truth
      Optional<ManagedJob> job = jobs.running(attempt.job());
      if (job.isEmpty()) {
        member.connection().send(new ToTaskManager.Cancel(attempt));
      }
    }
    for (ManagedJob job : jobs.running()) {
      if (!register.running().isEmpty()) {
        job.post(new JobEvent.FromTaskManager(member.id(), register));
      }
      job.slotsChanged();
    }
  }

  private void onMessage(TaskManagerRegistry.Member member, ToJobManager message) {
    if (!taskManagers.isPresent(member)) {
      return; // declared lost: a zombie's word counts nothing
    }
    member.heard(clocks.nanos().getAsLong(), instant());
    if (message instanceof ToJobManager.Heartbeat heartbeat) {
      long nanos = clocks.nanos().getAsLong();
      heartbeat
          .metrics()
          .forEach(
              metrics ->
                  jobs.running(metrics.attempt().job())
                      .ifPresent(job -> job.metrics().record(metrics, nanos)));
    } else if (message instanceof ToJobManager.StateRead read) {
      jobs.running(read.attempt().job()).ifPresent(job -> job.stateRead(read));
    } else if (message instanceof ToJobManager.OfSubtask ofSubtask) {
      jobs.running(ofSubtask.attempt().job())
          .ifPresent(job -> job.post(new JobEvent.FromTaskManager(member.id(), message)));
    } else {
      throw new IllegalStateException("Not a subtask's message: " + message);
    }
  }

  /** Begins to look for TaskManagers that have fallen silent. */
  void watchHeartbeats() {
    long interval = settings.heartbeatInterval().toNanos();
    main.scheduleWithFixedDelay(this::checkHeartbeats, interval, interval, TimeUnit.NANOSECONDS);
  }

  private void checkHeartbeats() {
    try {
      long nanos = clocks.nanos().getAsLong();
      for (TaskManagerRegistry.Member silent :
          taskManagers.silentFor(settings.heartbeatTimeout(), nanos)) {
        String reason = "no heartbeat for " + settings.heartbeatTimeout().toMillis() + " ms";
        lose(silent, reason, false);
        silent.connection().close(reason);
      }
      taskManagers.all().forEach(member -> member.connection().ping());
    } catch (RuntimeException e) {
      LOG.error("Could not check heartbeats", e);
    }
  }

  private void lose(TaskManagerRegistry.Member member, String reason, boolean orderly) {
    if (!taskManagers.remove(member)) {
      return; // known
    }
    if (orderly) {
      LOG.info("TaskManager {} has left: {}", member.id(), reason);
    } else {
      LOG.warn("TaskManager {} is lost: {}", member.id(), reason);
    }
    slots.remove(member.id());
    for (ManagedJob job : jobs.running()) {
      job.post(new JobEvent.TaskManagerLost(member.id(), reason));
      job.slotsChanged();
    }
  }

  /** Dropped if the TaskManager is not connected. */
  void send(TaskManagerId to, ToTaskManager message) {
    taskManagers.send(to, message);
  }

  void closeAll(String reason) {
    taskManagers.all().forEach(member -> member.connection().close(reason));
  }

  /** The other jobs may have them. */
  void slotsFreed(ManagedJob by) {
    onMain(
        () -> jobs.running().stream().filter(job -> job != by).forEach(ManagedJob::slotsChanged));
  }

  List<TaskManagerView> views() {
    List<TaskManagerView> views = new ArrayList<>();
    for (TaskManagerRegistry.Member member : taskManagers.all()) {
      ToJobManager.Register r = member.registration();
      views.add(
          new TaskManagerView(
              r.taskManager(),
              r.host(),
              r.dataPort(),
              r.metricsPort(),
              r.processId(),
              r.slots(),
              slots.free(r.taskManager()),
              member.heardAt()));
    }
    return views;
  }

  private Instant instant() {
    return Instant.ofEpochMilli(clocks.millis().getAsLong());
  }

  private void onMain(Runnable task) {
    try {
      main.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("The JobManager has ended; a message comes too late");
    }
  }
}
