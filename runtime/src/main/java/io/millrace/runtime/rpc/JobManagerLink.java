package io.millrace.runtime.rpc;

import io.millrace.runtime.id.LeaderEpoch;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/**
 * A TaskManager's way to its JobManager: over gRPC, or within the process. Safe for use by any
 * thread.
 */
public interface JobManagerLink extends AutoCloseable {
  /**
   * Starts a connection and registers on it. Returns at once; the listener hears how it went. A
   * connection that is lost stays lost: open another one, with another TaskManager id.
   */
  Session open(ToJobManager.Register register, Listener listener);

  /**
   * Copies a blob of the JobManager's store. The bytes are not verified here.
   *
   * @throws IOException if there is no such blob or no connection, saying which
   */
  void fetchBlob(String key, OutputStream target) throws IOException;

  /** Says where the JobManager is, for people. */
  String target();

  @Override
  void close();

  /** One connection. */
  interface Session {
    /** Sends in order of the calls, never blocks; after the connection is lost it does nothing. */
    void send(ToJobManager message);

    /** Ends the connection; the listener hears of it as of any other loss. */
    void close(String reason);
  }

  /** Called one call at a time, in order. Must not block. */
  interface Listener {
    /** The JobManager took the registration. At most once, before everything else. */
    void registered(Registration registration);

    void received(ToTaskManager message);

    /** The JobManager is alive, with nothing else to say. */
    void pinged();

    /** The connection is lost or was refused. Exactly once; nothing comes after it. */
    void lost(Loss loss);
  }

  /**
   * What the JobManager answered.
   *
   * @param heartbeatInterval at which both ends send
   * @param heartbeatTimeout of silence after which each end gives the other up
   */
  record Registration(LeaderEpoch epoch, Duration heartbeatInterval, Duration heartbeatTimeout) {}

  /**
   * Why a connection is no more.
   *
   * @param permanent whether another try is pointless: another build, a wrong token
   */
  record Loss(boolean permanent, String reason) {}
}
