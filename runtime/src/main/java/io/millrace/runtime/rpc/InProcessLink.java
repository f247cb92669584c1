package io.millrace.runtime.rpc;

import io.millrace.runtime.edge.SerialExecutor;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Executor;

/**
 * A link within the process: messages are handed over as they are, in order, on the given executor,
 * which may have any number of threads. The same promises as over gRPC, without bytes.
 */
public final class InProcessLink implements JobManagerLink {
  private final TaskManagerGate gate;
  private final Executor executor;

  public InProcessLink(TaskManagerGate gate, Executor executor) {
    this.gate = gate;
    this.executor = executor;
  }

  @Override
  public Session open(ToJobManager.Register register, Listener listener) {
    Pair pair = new Pair(listener);
    pair.up.execute(() -> pair.register(register));
    return pair;
  }

  @Override
  public void fetchBlob(String key, OutputStream target) throws IOException {
    gate.copyBlob(key, target);
  }

  @Override
  public String target() {
    return "this process";
  }

  @Override
  public void close() {}

  /** Both ends of one connection. */
  private final class Pair implements Session, TaskManagerGate.Connection {
    final SerialExecutor up = new SerialExecutor(executor);
    final SerialExecutor down = new SerialExecutor(executor);
    private final Listener listener;

    /** Owned by {@link #up}. */
    private TaskManagerGate.Incoming incoming;

    /** Owned by {@link #up} and {@link #down}: whether that side was told of the end. */
    private boolean gateTold;

    private boolean listenerTold;

    Pair(Listener listener) {
      this.listener = listener;
    }

    void register(ToJobManager.Register register) {
      if (gateTold) {
        return;
      }
      try {
        gate.admit(register);
      } catch (TaskManagerGate.RefusedException e) {
        end(new Loss(e.permanent(), e.getMessage()));
        return;
      }
      down.execute(
          () -> {
            if (!listenerTold) {
              listener.registered(gate.registration());
            }
          });
      incoming = gate.register(register, this);
    }

    @Override
    public void send(ToJobManager message) {
      up.execute(
          () -> {
            if (!gateTold && incoming != null) {
              incoming.received(message);
            }
          });
    }

    @Override
    public void send(ToTaskManager message) {
      down.execute(
          () -> {
            if (!listenerTold) {
              listener.received(message);
            }
          });
    }

    @Override
    public void ping() {
      down.execute(
          () -> {
            if (!listenerTold) {
              listener.pinged();
            }
          });
    }

    @Override
    public void close(String reason) {
      end(new Loss(false, reason));
    }

    private void end(Loss loss) {
      up.execute(
          () -> {
            if (!gateTold) {
              gateTold = true;
              if (incoming != null) {
                incoming.closed(loss.reason(), true);
              }
            }
          });
      down.execute(
          () -> {
            if (!listenerTold) {
              listenerTold = true;
              listener.lost(loss);
            }
          });
    }
  }
}
