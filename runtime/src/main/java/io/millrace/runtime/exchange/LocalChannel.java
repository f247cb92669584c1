package io.millrace.runtime.exchange;

import java.lang.invoke.VarHandle;
import java.util.Optional;
import org.jctools.queues.SpscUnboundedArrayQueue;

/**
 * A channel within the process: the batch itself crosses, nothing is serialised. One producing and
 * one consuming thread; how much is in flight is bounded by the producer's {@link BatchPool}.
 */
public final class LocalChannel implements InputChannel {
  private static final Object CLOSED = new Object();

  private final SpscUnboundedArrayQueue<Object> queue = new SpscUnboundedArrayQueue<>(32);
  private volatile Runnable readable = () -> {};
  private volatile boolean announced;
  private volatile boolean consumerClosed;

  /** The producing end, with its share of the producer's pool. */
  public OutputChannel output(BatchPool pool, int index) {
    return new Output(pool, index);
  }

  @Override
  public Object poll() {
    Object element = queue.relaxedPoll();
    if (element == null) {
      announced = false;
      VarHandle.fullFence();
      element = queue.relaxedPoll();
      if (element == null) {
        return null;
      }
      announced = true;
    }
    return element;
  }

  @Override
  public void onReadable(Runnable listener) {
    readable = listener;
    listener.run();
  }

  @Override
  public void setBlocked(boolean blocked) {
    // What is in flight is bounded by the producer's pool already.
  }

  @Override
  public int queued() {
    return queue.size();
  }

  @Override
  public Optional<Throwable> failure() {
    return Optional.empty();
  }

  /** Consumer's thread. What is queued is released; what comes later, on the producer's thread. */
  @Override
  public void close() {
    consumerClosed = true;
    Object element;
    while ((element = queue.poll()) != null) {
      if (element instanceof RecordBatch batch) {
        batch.release();
      }
    }
  }

  private void add(Object element) {
    queue.offer(element);
    VarHandle.fullFence();
    if (!announced) {
      announced = true;
      readable.run();
    }
  }

  private final class Output implements OutputChannel {
    private final BatchPool pool;
    private final int index;

    Output(BatchPool pool, int index) {
      this.pool = pool;
      this.index = index;
    }

    @Override
    public RecordBatch acquire() {
      return pool.acquire(index);
    }

    @Override
    public void send(RecordBatch batch) {
      if (consumerClosed) {
        batch.release();
      } else {
        add(batch);
      }
    }

    @Override
    public RecordBatch acquireOvershoot() {
      return pool.beyondAllowance(index);
    }

    @Override
    public boolean adopt(RecordBatch overshoot) {
      return pool.adopt(index, overshoot);
    }

    @Override
    public void sendEvent(ChannelEvent event) {
      if (!consumerClosed) {
        add(event);
      }
    }

    @Override
    public boolean isWritable() {
      return pool.isAvailable(index);
    }

    @Override
    public void onWritable(Runnable listener) {
      pool.onWritable(index, listener);
    }

    @Override
    public boolean sharesObjects() {
      return true;
    }

    @Override
    public Optional<Throwable> failure() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
