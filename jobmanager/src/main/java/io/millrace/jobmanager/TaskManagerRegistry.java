package io.millrace.jobmanager;

import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.rpc.TaskManagerGate;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToTaskManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The TaskManagers that are connected now. Whoever is not in here is not heard and not spoken to:
 * taking a TaskManager out is what fences it off (invariants HB1, HB2). Changed by the JobManager's
 * thread only; read by any.
 */
final class TaskManagerRegistry {
  private final ConcurrentHashMap<TaskManagerId, Member> members = new ConcurrentHashMap<>();

  /** A connected TaskManager. */
  static final class Member {
    private final ToJobManager.Register registration;
    private final TaskManagerGate.Connection connection;
    private volatile long heardNanos;
    private volatile Instant heardAt;

    Member(
        ToJobManager.Register registration,
        TaskManagerGate.Connection connection,
        long nanos,
        Instant now) {
      this.registration = registration;
      this.connection = connection;
      this.heardNanos = nanos;
      this.heardAt = now;
    }

    TaskManagerId id() {
      return registration.taskManager();
    }

    ToJobManager.Register registration() {
      return registration;
    }

    TaskManagerGate.Connection connection() {
      return connection;
    }

    Instant heardAt() {
      return heardAt;
    }

    void heard(long nanos, Instant now) {
      heardNanos = nanos;
      heardAt = now;
    }
  }

  void add(Member member) {
    members.put(member.id(), member);
  }

  /** Whether this very connection was the present one (invariant HB2). */
  boolean remove(Member member) {
    return members.remove(member.id(), member);
  }

  boolean isPresent(Member member) {
    return members.get(member.id()) == member;
  }

  Optional<Member> find(TaskManagerId id) {
    return Optional.ofNullable(members.get(id));
  }

  void send(TaskManagerId to, ToTaskManager message) {
    Member member = members.get(to);
    if (member != null) {
      member.connection().send(message);
    }
  }

  List<Member> all() {
    List<Member> all = new ArrayList<>(members.values());
    all.sort(Comparator.comparing(Member::id));
    return all;
  }

  List<Member> silentFor(Duration timeout, long nanos) {
    return all().stream().filter(m -> nanos - m.heardNanos > timeout.toNanos()).toList();
  }
}
