package io.millrace.jobmanager.enumerator;

import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.rpc.ToJobManager.FailureKind;
import io.millrace.runtime.rpc.ToJobManager.TaskFailure;
import io.millrace.runtime.scheduler.JobAction;
import io.millrace.runtime.scheduler.JobEvent;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The split enumerators of one job, on one thread of their own under the job's class loader. User
 * code that throws or hangs fails this job and nothing else (invariant S5): a thread that does not
 * come back is left behind. Owned by the job's thread; what enumerators say is handed to the
 * listener on theirs.
 */
public final class EnumeratorHost {
  private static final Logger LOG = LoggerFactory.getLogger(EnumeratorHost.class);

  private final JobGraph graph;
  private final UserCode userCode;
  private final EnumeratorThreads threads;
  private final EnumeratorSettings settings;
  private final CallWatch watch;
  private final Consumer<JobEvent.FromEnumerator> listener;
  private final Consumer<Runnable> soon;

  /** So that one check is on its way while any call runs, and none when there is nothing to do. */
  private final AtomicBoolean checkComes = new AtomicBoolean();

  private final Map<Integer, Enumerator> enumerators = new HashMap<>();
  private Optional<EnumeratorCalls> calls = Optional.empty();

  /** Gives the job's class loader, blocking while jars are fetched. */
  @FunctionalInterface
  public interface UserCode {
    ClassLoader loader() throws Exception;
  }

  /**
   * @param listener hears the enumerators, in their order, on their thread
   * @param soon runs something on the job's thread, in about a second; from any thread
   */
  public EnumeratorHost(
      JobGraph graph,
      UserCode userCode,
      EnumeratorThreads threads,
      EnumeratorSettings settings,
      LongSupplier nanoClock,
      Consumer<JobEvent.FromEnumerator> listener,
      Consumer<Runnable> soon) {
    this.graph = graph;
    this.userCode = userCode;
    this.threads = threads;
    this.settings = settings;
    this.watch = new CallWatch(nanoClock, this::seeToCheck);
    this.listener = listener;
    this.soon = soon;
  }

  public void restore(JobAction.RestoreEnumerator action) {
    JobVertex vertex = graph.vertices().get(action.vertex());
    Enumerator enumerator =
        new Enumerator(vertex, action.execution(), action.parallelism(), currentCalls(), listener);
    enumerators.put(action.vertex(), enumerator);
    call(enumerator, "restoring it", () -> enumerator.open(userCode, action.state()));
  }

  public void addReader(JobAction.AddReader action) {
    find(action.vertex(), action.execution())
        .ifPresent(e -> call(e, "addReader", () -> e.addReader(action.subtask())));
  }

  public void requestSplit(JobAction.RequestSplit action) {
    find(action.vertex(), action.execution())
        .ifPresent(e -> call(e, "handleSplitRequest", () -> e.requestSplit(action.subtask())));
  }

  public void snapshot(JobAction.SnapshotEnumerator action) {
    find(action.vertex(), action.execution())
        .ifPresent(e -> call(e, "snapshotState", () -> e.snapshot(action.checkpoint())));
  }

  public void notifyComplete(JobAction.NotifyEnumerator action) {
    find(action.vertex(), action.execution())
        .ifPresent(e -> call(e, "notifyCheckpointComplete", () -> e.completed(action.completed())));
  }

  public void close(JobAction.CloseEnumerator action) {
    find(action.vertex(), action.execution())
        .ifPresent(
            e -> {
              enumerators.remove(action.vertex());
              e.end();
              call(e, "close", e::close);
            });
  }

  /** From any thread. */
  private void seeToCheck() {
    if (!checkComes.getAndSet(true)) {
      soon.accept(this::checkDeadlines);
    }
  }

  /** Finds calls that do not return. */
  private void checkDeadlines() {
    checkComes.set(false);
    for (CallWatch.Call call : watch.overdue()) {
      if (!call.enumerator().calls().isAbandoned()) {
        LOG.error(
            "{}: {}. Its thread is left behind:\n{}",
            call.enumerator().vertex().name(),
            call.description(),
            call.stack());
        fail(
            call.enumerator(),
            new TaskFailure(
                call.enumerator().vertex().name()
                    + ": "
                    + call.description()
                    + ": the split enumerator must not block; blocking calls go through callAsync",
                call.stack()));
        call.enumerator().calls().abandon();
        calls = calls.filter(current -> current != call.enumerator().calls());
      }
    }
    if (watch.isAnyAwaited()) {
      seeToCheck();
    }
  }

  /**
   * Ends the threads; the job is over. Deadlines are still checked until that is done.
   *
   * @param whenDone runs when no user code runs any more; not if a call hangs
   */
  public void close(Runnable whenDone) {
    enumerators.values().forEach(Enumerator::end);
    enumerators.values().forEach(e -> call(e, "close", e::close));
    enumerators.clear();
    if (calls.isPresent()) {
      calls.get().shutdown(whenDone);
      calls = Optional.empty();
    } else {
      whenDone.run();
    }
  }

  private EnumeratorCalls currentCalls() {
    if (calls.isEmpty()) {
      calls =
          Optional.of(
              new EnumeratorCalls(threads.calls(), threads.io(), watch, settings, this::fail));
    }
    return calls.get();
  }

  private Optional<Enumerator> find(int vertex, int execution) {
    return Optional.ofNullable(enumerators.get(vertex)).filter(e -> e.execution() == execution);
  }

  private void call(Enumerator enumerator, String name, EnumeratorCalls.UserCall call) {
    try {
      enumerator.calls().call(enumerator, name, call);
    } catch (RejectedExecutionException e) {
      LOG.debug("{} has no thread any more", enumerator.vertex().name(), e);
    }
  }

  /** From any thread. */
  private void fail(Enumerator enumerator, Throwable cause) {
    StringWriter trace = new StringWriter();
    cause.printStackTrace(new PrintWriter(trace));
    fail(
        enumerator,
        new TaskFailure(
            enumerator.vertex().name() + ": the split enumerator failed: " + cause,
            trace.toString(),
            FailureKind.of(cause)));
  }

  private void fail(Enumerator enumerator, TaskFailure cause) {
    if (enumerator.end()) {
      listener.accept(
          new JobEvent.EnumeratorFailed(
              enumerator.vertex().index(), enumerator.execution(), cause));
    }
  }
}
