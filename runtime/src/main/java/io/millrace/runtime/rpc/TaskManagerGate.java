package io.millrace.runtime.rpc;

import io.millrace.runtime.id.LeaderEpoch;
import java.io.IOException;
import java.io.OutputStream;

/**
 * What a JobManager is to the links its TaskManagers come through. Called by any thread; calls
 * about one connection come one at a time, in order. Must not block, blobs excepted.
 */
public interface TaskManagerGate {
  /** The epoch that every call must carry (invariant HB1); fixed for the life of the gate. */
  LeaderEpoch epoch();

  /**
   * Whether this TaskManager may register; called before it is told so.
   *
   * @throws RefusedException if it may not
   */
  void admit(ToJobManager.Register register);

  /**
   * An admitted TaskManager has its answer: from now on it may be sent to.
   *
   * @return who hears what comes over this connection
   */
  Incoming register(ToJobManager.Register register, Connection connection);

  /** The answer to a registration; the same for all. */
  JobManagerLink.Registration registration();

  /**
   * Copies a blob, blocking.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  void copyBlob(String key, OutputStream target) throws IOException;

  /** The JobManager's end of a connection. Safe for use by any thread. */
  interface Connection {
    /** Sends in order of the calls, never blocks; after the connection is lost it does nothing. */
    void send(ToTaskManager message);

    /** Tells the TaskManager that the JobManager is alive. */
    void ping();

    /** Ends the connection and says why to the other end, if that still listens. */
    void close(String reason);
  }

  /** Hears one connection, the registration excepted. */
  interface Incoming {
    void received(ToJobManager message);

    /**
     * The connection is over. Exactly once, the last call. After {@link Connection#close} it may be
     * late: a stopped process answers nothing.
     *
     * @param orderly whether one of the two ends wanted it so; else something broke
     */
    void closed(String reason, boolean orderly);
  }

  /** A registration that may not be. */
  final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean permanent;

    /**
     * @param permanent whether another try is pointless
     */
    public RefusedException(boolean permanent, String reason) {
      super(reason);
      this.permanent = permanent;
    }

    public boolean permanent() {
      return permanent;
    }
  }
}
