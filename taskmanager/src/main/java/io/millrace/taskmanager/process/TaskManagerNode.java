package io.millrace.taskmanager.process;

import io.millrace.core.storage.FileStore;
import io.millrace.runtime.blob.JobClassLoaders;
import io.millrace.runtime.edge.NamedThreads;
import io.millrace.runtime.edge.TimerThread;
import io.millrace.runtime.edge.WorkerPool;
import io.millrace.runtime.exchange.RemoteChannels;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.JobManagerLink;
import io.millrace.runtime.rpc.ToJobManager.TaskMetrics;
import io.millrace.runtime.state.heap.KeyedBackends;
import io.millrace.runtime.task.SubtaskServices;
import io.millrace.runtime.task.TaskTuning;
import io.millrace.taskmanager.TaskManager;
import io.millrace.taskmanager.TaskManager.FatalError;
import io.millrace.taskmanager.TaskManagerSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TaskManager with its threads: the same in a process of its own and inside another one. It owns
 * the threads; link, exchange and stores are the caller's.
 */
public final class TaskManagerNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TaskManagerNode.class);
  private static final Duration STALL = Duration.ofSeconds(2);
  private static final int MOST_DEPLOYMENTS = 4;
  private static final int MOST_UPLOADS = 4;
  private static final Duration END = Duration.ofSeconds(2);

  private final WorkerPool workers;
  private final ExecutorService io;
  private final ExecutorService deployments;
  private final ScheduledExecutorService main = NamedThreads.single("taskmanager");
  private final TimerThread timers = new TimerThread(System::currentTimeMillis, main);
  private final SubtaskHost host;
  private final TaskManager taskManager;

  /**
   * What a TaskManager is connected to.
   *
   * @param workers threads that step subtasks
   * @param tuning of the subtasks
   * @param checkpoints where snapshots go; all processes see the same
   * @param backends where keyed state lives
   * @param remote channels to other processes
   */
  public record Parts(
      TaskManagerSettings settings,
      int workers,
      TaskTuning tuning,
      JobManagerLink link,
      JobClassLoaders loaders,
      FileStore checkpoints,
      KeyedBackends backends,
      RemoteChannels remote) {}

  /**
   * @param ids makes an id for each connection, never the same twice
   * @param fatal called when it is of no use any more
   */
  public TaskManagerNode(Parts parts, Supplier<TaskManagerId> ids, Consumer<FatalError> fatal) {
    // Now, not by the first timer: a thread keeps what is on the stack of its maker in its access
    // control context, and that could be a job's classes.
    long look = STALL.toNanos() / 2;
    workers = new WorkerPool(parts.workers(), TaskManagerNode::reportStall);
    // After a delay, not at a rate: looks that a pause held up would follow one another at once,
    // and a step seen by two of them pass for a long one.
    var unused =
        main.scheduleWithFixedDelay(workers::lookForStalls, look, look, TimeUnit.NANOSECONDS);
    int slots = parts.settings().slots();
    io = NamedThreads.userCodePool("task-io", Math.min(MOST_UPLOADS, slots));
    deployments = NamedThreads.userCodePool("deploy", Math.min(MOST_DEPLOYMENTS, slots));
    parts.loaders().onRelease(loader -> workers.renewThreads());
    taskManager =
        new TaskManager(
            parts.settings(),
            parts.link(),
            parts.loaders(),
            new TaskManager.Threads(main, deployments, System::nanoTime),
            ids,
            fatal);
    host =
        new SubtaskHost(
            new SubtaskServices(
                workers,
                io,
                timers,
                System::currentTimeMillis,
                System::nanoTime,
                parts.checkpoints(),
                parts.backends(),
                taskManager::report),
            parts.tuning(),
            parts.remote());
  }

  /** Connects to the JobManager. Call once. */
  public void start() {
    taskManager.start(host);
  }

  /** What the running subtasks have counted. From any thread. */
  public List<TaskMetrics> metrics() {
    return host.metrics();
  }

  /** Ends the connection, the subtasks and the threads. Waits for a short while. */
  @Override
  public void close() {
    taskManager.close();
    host.cancelAll();
    main.shutdown();
    deployments.shutdown();
    io.shutdown();
    boolean ended = awaitEnd(main) & awaitEnd(deployments) & awaitEnd(io);
    timers.close();
    workers.close();
    if (!ended) {
      main.shutdownNow();
      deployments.shutdownNow();
      io.shutdownNow();
    }
  }

  private static boolean awaitEnd(ExecutorService executor) {
    try {
      return executor.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void reportStall(String subtask, StackTraceElement[] where) {
    StringBuilder trace = new StringBuilder();
    for (StackTraceElement frame : where) {
      trace.append("\n    at ").append(frame);
    }
    LOG.warn(
        "{} has held its thread for {} s; the others go on on another one. It is at:{}",
        subtask,
        STALL.toSeconds(),
        trace);
  }
}
