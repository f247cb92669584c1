package io.millrace.runtime.exchange;

import io.millrace.runtime.exchange.ChannelEvent.Barrier;
import io.millrace.runtime.id.CheckpointId;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;
import org.jctools.queues.SpscUnboundedArrayQueue;

/**
 * A channel within the process: the batch itself crosses, nothing is serialised. One producing and
 * one consuming thread; how much is in flight is bounded by the producer's {@link BatchPool}.
 */
public final class LocalChannel implements InputChannel {
  private final SpscUnboundedArrayQueue<Object> queue = new SpscUnboundedArrayQueue<>(32);

  /** Consumer's: what a barrier has overtaken, to be polled before the rest. */
  private final ArrayDeque<Object> overtaken = new ArrayDeque<>();

  private volatile Runnable readable = () -> {};
  private volatile Consumer<Barrier> barriers = barrier -> {};
  private volatile boolean announced;
  private volatile boolean consumerClosed;

  /** The producing end, with its share of the producer's pool. */
  public OutputChannel output(BatchPool pool, int index) {
    return new Output(pool, index);
  }

  @Override
  public Object poll() {
    Object element = overtaken.isEmpty() ? queue.relaxedPoll() : overtaken.poll();
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
  public void onBarrier(Consumer<Barrier> listener) {
    barriers = listener;
  }

  @Override
  public void overtake(CheckpointId checkpoint, InFlight inFlight) {
    overtaken.forEach(element -> record(element, inFlight)); // still of the barrier before
    for (Object element = queue.poll(); element != null; element = queue.poll()) {
      if (element instanceof Barrier barrier && barrier.checkpoint().equals(checkpoint)) {
        return;
      }
      overtaken.add(element);
      record(element, inFlight);
    }
    throw new IllegalStateException("Barrier " + checkpoint + " is not in the channel");
  }

  @Override
  public void setBlocked(boolean blocked) {
    // What is in flight is bounded by the producer's pool already.
  }

  @Override
  public int queued() {
    return queue.size() + overtaken.size();
  }

  @Override
  public Optional<Throwable> failure() {
    return Optional.empty();
  }

  /** Consumer's thread. What is queued is released; what comes later, on the producer's thread. */
  @Override
  public void close() {
    consumerClosed = true;
    overtaken.forEach(LocalChannel::release);
    overtaken.clear();
    Object element;
    while ((element = queue.poll()) != null) {
      release(element);
    }
  }

  private static void record(Object element, InFlight inFlight) {
    if (element instanceof RecordBatch batch) {
      inFlight.add(batch, 0);
    }
  }

  private static void release(Object element) {
    if (element instanceof RecordBatch batch) {
      batch.release();
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
        if (event instanceof Barrier barrier) {
          barriers.accept(barrier);
        }
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
