package io.millrace.runtime.rpc;

import io.millrace.runtime.id.LeaderEpoch;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Hand-written ends of a link that remember what they heard. */
final class LinkFakes {
  private LinkFakes() {}

  static final class Gate implements TaskManagerGate {
    final long epoch;
    final List<ToJobManager.Register> registered = new CopyOnWriteArrayList<>();
    final List<Connection> connections = new CopyOnWriteArrayList<>();
    final List<ToJobManager> received = new CopyOnWriteArrayList<>();
    final List<String> closed = new CopyOnWriteArrayList<>();
    final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    volatile Optional<RefusedException> refusal = Optional.empty();

    Gate(long epoch) {
      this.epoch = epoch;
    }

    @Override
    public LeaderEpoch epoch() {
      return new LeaderEpoch(epoch);
    }

    @Override
    public void admit(ToJobManager.Register register) {
      if (refusal.isPresent()) {
        throw refusal.get();
      }
    }

    @Override
    public Incoming register(ToJobManager.Register register, Connection connection) {
      registered.add(register);
      connections.add(connection);
      return new Incoming() {
        @Override
        public void received(ToJobManager message) {
          received.add(message);
        }

        @Override
        public void closed(String reason, boolean orderly) {
          closed.add(reason);
        }
      };
    }

    @Override
    public JobManagerLink.Registration registration() {
      return new JobManagerLink.Registration(
          epoch(), Duration.ofMillis(500), Duration.ofSeconds(5));
    }

    @Override
    public void copyBlob(String key, OutputStream target) throws IOException {
      byte[] blob = blobs.get(key);
      if (blob == null) {
        throw new NoSuchFileException(key);
      }
      target.write(blob);
    }
  }

  static final class TaskManagerEnd implements JobManagerLink.Listener {
    final List<JobManagerLink.Registration> registrations = new CopyOnWriteArrayList<>();
    final List<ToTaskManager> received = new CopyOnWriteArrayList<>();
    final List<JobManagerLink.Loss> losses = new CopyOnWriteArrayList<>();
    volatile int pings;

    @Override
    public void registered(JobManagerLink.Registration registration) {
      registrations.add(registration);
    }

    @Override
    public void received(ToTaskManager message) {
      received.add(message);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one call at a time, by contract
    public void pinged() {
      pings++;
    }

    @Override
    public void lost(JobManagerLink.Loss loss) {
      losses.add(loss);
    }
  }
}
