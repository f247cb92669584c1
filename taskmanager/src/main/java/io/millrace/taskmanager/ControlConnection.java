package io.millrace.taskmanager;

import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.JobManagerLink;
import io.millrace.runtime.rpc.JobManagerLink.Loss;
import io.millrace.runtime.rpc.JobManagerLink.Registration;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToTaskManager;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TaskManager's registration at its JobManager, one connection after the other, with their
 * heartbeats. Owned by the control thread.
 */
final class ControlConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ControlConnection.class);

  private final TaskManagerSettings settings;
  private final JobManagerLink link;
  private final ControlThread thread;
  private final LongSupplier nanoClock;
  private final Supplier<TaskManagerId> ids;
  private final User user;
  private Optional<Connection> connection = Optional.empty();
  private Optional<ScheduledFuture<?>> deadline = Optional.empty();
  private int failedTries;

  /** What stands behind the connection; called on the control thread. */
  interface User {
    /** The subtasks that have not ended; named at registration. */
    List<AttemptId> running();

    List<ToJobManager.TaskMetrics> metrics();

    void received(ToTaskManager message);

    /** Nothing can be said any more until the next registration. */
    void lost();
  }

  ControlConnection(
      TaskManagerSettings settings,
      JobManagerLink link,
      ControlThread thread,
      LongSupplier nanoClock,
      Supplier<TaskManagerId> ids,
      User user) {
    this.settings = settings;
    this.link = link;
    this.thread = thread;
    this.nanoClock = nanoClock;
    this.ids = ids;
    this.user = user;
  }

  void start() {
    expectRegistration();
    connect();
  }

  void close(String reason) {
    deadline.ifPresent(timer -> timer.cancel(false));
    connection.ifPresent(c -> c.session.close(reason));
  }

  /** The id of the present connection. */
  TaskManagerId id() {
    return connection.orElseThrow().id;
  }

  boolean isOpen() {
    return connection.isPresent();
  }

  /** Dropped if there is no connection. */
  void send(ToJobManager message) {
    connection.ifPresent(c -> c.session.send(message));
  }

  /** Tries again after the delay that is due. */
  void reconnect() {
    ScheduledFuture<?> unused =
        thread.after(settings.backoff().after(failedTries++), this::connect);
  }

  private void connect() {
    if (thread.hasEnded()) {
      return;
    }
    TaskManagerId id = ids.get();
    Connection next = new Connection(id);
    connection = Optional.of(next);
    next.session =
        link.open(
            new ToJobManager.Register(
                id,
                settings.address().host(),
                settings.address().dataPort(),
                settings.address().metricsPort(),
                settings.slots(),
                settings.processId(),
                settings.build(),
                user.running()),
            next);
  }

  private void expectRegistration() {
    Duration timeout = settings.registrationTimeout();
    deadline =
        Optional.of(
            thread.after(
                timeout,
                () ->
                    thread.die(
                        "No JobManager took the registration for "
                            + timeout.toSeconds()
                            + " s ("
                            + link.target()
                            + "): is it running, and is jobmanager.host right?",
                        Optional.empty())));
  }

  private void onRegistered(Connection c, Registration registration) {
    failedTries = 0;
    deadline.ifPresent(timer -> timer.cancel(false));
    deadline = Optional.empty();
    c.heartbeatTimeout = registration.heartbeatTimeout();
    LOG.info("Registered as {} at {}, leader epoch {}", c.id, link.target(), registration.epoch());
    c.heartbeats = Optional.of(thread.every(registration.heartbeatInterval(), () -> heartbeat(c)));
  }

  private void heartbeat(Connection c) {
    if (connection.filter(current -> current == c).isEmpty()) {
      return; // HB2: only the present connection counts
    }
    long silence = nanoClock.getAsLong() - c.lastHeard;
    if (silence > c.heartbeatTimeout.toNanos()) {
      c.session.close(
          "the JobManager was silent for " + TimeUnit.NANOSECONDS.toMillis(silence) + " ms");
      return;
    }
    c.session.send(new ToJobManager.Heartbeat(user.metrics()));
  }

  private void onLost(Connection c, Loss loss) {
    c.heartbeats.ifPresent(timer -> timer.cancel(false));
    connection = Optional.empty();
    if (thread.hasEnded()) {
      return;
    }
    if (loss.permanent()) {
      thread.die("The JobManager refuses this TaskManager: " + loss.reason(), Optional.empty());
      return;
    }
    if (c.heartbeats.isPresent()) {
      LOG.warn(
          "Lost the connection to {}: {}. Cancelling {} subtasks",
          link.target(),
          loss.reason(),
          user.running().size());
      expectRegistration();
    } else {
      LOG.info("Could not register at {}: {}", link.target(), loss.reason());
    }
    user.lost();
  }

  /** One connection; its callbacks hop to the control thread. */
  private final class Connection implements JobManagerLink.Listener {
    final TaskManagerId id;
    private JobManagerLink.Session session;
    private Optional<ScheduledFuture<?>> heartbeats = Optional.empty();
    private Duration heartbeatTimeout = Duration.ZERO;
    private long lastHeard = nanoClock.getAsLong();

    Connection(TaskManagerId id) {
      this.id = id;
    }

    @Override
    public void registered(Registration registration) {
      heard(() -> onRegistered(this, registration));
    }

    @Override
    public void received(ToTaskManager message) {
      heard(() -> user.received(message));
    }

    @Override
    public void pinged() {
      heard(() -> {});
    }

    @Override
    public void lost(Loss loss) {
      thread.run(() -> onLost(this, loss));
    }

    private void heard(Runnable reaction) {
      thread.run(
          () -> {
            lastHeard = nanoClock.getAsLong();
            reaction.run();
          });
    }
  }
}
