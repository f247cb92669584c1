package io.millrace.runtime.exchange.netty;

import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.id.ChannelId;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.SpscUnboundedArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sending end of a channel to another process. The task encodes into frames and queues them;
 * the connection's event loop sends them as credit and socket allow. The queue's reading end
 * belongs to whoever took the output out of the {@link OutputRegistry}.
 *
 * <p>A barrier takes what is queued in front of it along, credit or not: it never waits here. What
 * that may add to what the consumer holds is limited by {@link SenderCredit#writable}.
 *
 * <p>When the connection is lost the channel is writable and {@link #acquire} throws, so that the
 * task fails at its next batch. When the consumer cancelled, batches are taken and dropped.
 */
final class NettyOutputChannel implements OutputChannel, ConnectionWork {
  private static final Logger LOG = LoggerFactory.getLogger(NettyOutputChannel.class);

  private enum State {
    OPEN,
    /** The consumer wants nothing more. */
    CANCELLED,
    FAILED,
    /** All is sent, or given up. */
    CLOSED
  }

  /** What is left to do after {@link #transmit}. */
  enum Progress {
    /** More could be sent now. */
    MORE,
    /** The task or a credit will make the next move. */
    WAITING,
    /** Nothing will ever be sent again. */
    DONE
  }

  private final ChannelId id;
  private final BatchCodec codec;
  private final ExchangeContext context;
  private final SenderCredit credit;
  private final SpscUnboundedArrayQueue<ByteBuf> queue = new SpscUnboundedArrayQueue<>(32);
  private final AtomicBoolean refused = new AtomicBoolean();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  private volatile State state = State.OPEN;
  private volatile Optional<Throwable> failure = Optional.empty();
  private volatile Optional<PeerConnection> connection = Optional.empty();
  private volatile boolean closing;

  /** Barriers the task has queued; nothing in front of one waits for credit. */
  private volatile int barriers;

  private volatile Runnable listener = () -> {};

  /** Task's; the event loop reads it once the task has closed. */
  private boolean ended;

  /** Event loop's: a watermark without credit, which the next one replaces. */
  private Optional<ByteBuf> held = Optional.empty();

  private int barriersSent;
  private int number;
  private int sequence;

  NettyOutputChannel(ChannelId id, BatchCodec codec, ExchangeContext context) {
    this.id = id;
    this.codec = codec;
    this.context = context;
    this.credit = new SenderCredit(context.limits().sendQueueBytes());
  }

  ChannelId id() {
    return id;
  }

  SenderCredit credit() {
    return credit;
  }

  @Override
  public RecordBatch acquire() {
    return mayAcquire() ? codec.newBatch() : null;
  }

  private boolean mayAcquire() {
    if (state == State.FAILED) {
      throw new ExchangeException(
          "Channel " + id + " failed", failure.orElseGet(() -> new ExchangeException("closed")));
    }
    return isWritable();
  }

  @Override
  public RecordBatch acquireOvershoot() {
    return codec.newBatch();
  }

  @Override
  public boolean adopt(RecordBatch overshoot) {
    return mayAcquire();
  }

  @Override
  public boolean isWritable() {
    if (wouldTake()) {
      return true;
    }
    // First tell that somebody waits, then look again: the loop does it the other way round, so
    // one of the two sees the change.
    refused.set(true);
    if (wouldTake()) {
      refused.set(false);
      return true;
    }
    return false;
  }

  private boolean wouldTake() {
    return state != State.OPEN || credit.writable();
  }

  @Override
  public void send(RecordBatch batch) {
    try {
      if (state != State.OPEN || batch.size == 0) {
        return;
      }
      requireUnended();
      ExchangeOptions.Limits limits = context.limits();
      int next = 0;
      while (next < batch.size) {
        int from = next;
        next = codec.encode(batch, from, limits.frameBytes());
        int size = WireFormat.PREFIX + WireFormat.CHANNEL_HEAD + codec.encoded().size();
        if (size > limits.maxFrameBytes()) {
          throw new ExchangeException(
              "Channel %s: a frame of %d records has %d bytes where at most %d are allowed; send smaller records or raise the exchange's maxFrameBytes"
                  .formatted(id, next - from, size, limits.maxFrameBytes()));
        }
        enqueue(WireFormat.data(context.allocator(), codec.encoded()));
      }
    } finally {
      batch.release();
    }
    schedule();
  }

  @Override
  public void sendEvent(ChannelEvent event) {
    if (state != State.OPEN) {
      return;
    }
    if (event instanceof ChannelEvent.EndOfData) {
      requireUnended();
      ended = true;
    }
    enqueue(WireFormat.event(context.allocator(), event));
    if (event instanceof ChannelEvent.Barrier) {
      int queued = barriers + 1;
      barriers = queued;
    }
    schedule();
  }

  private void requireUnended() {
    if (ended) {
      throw new IllegalStateException("Channel " + id + ": records after the end of data");
    }
  }

  private void enqueue(ByteBuf frame) {
    int charge = WireFormat.chargeOf(frame);
    queue.offer(frame);
    credit.produced(charge);
    if (state != State.OPEN) {
      // Failed or cancelled since send() looked; the loop may have emptied the queue before.
      releaseQueue();
    }
  }

  private void schedule() {
    Optional<PeerConnection> current = connection;
    if (current.isPresent() && !scheduled.get() && scheduled.compareAndSet(false, true)) {
      if (!current.get().submit(this)) {
        // The exchange is closed and its loops are gone: nobody else reads the queue.
        giveUp();
      }
    }
  }

  @Override
  public void onWritable(Runnable newListener) {
    listener = Objects.requireNonNull(newListener, "newListener");
  }

  @Override
  public boolean sharesObjects() {
    return false;
  }

  @Override
  public Optional<Throwable> failure() {
    return failure;
  }

  /**
   * After the end of data, what is queued is still sent and the channel ends well; before it, what
   * is queued is dropped and the consumer's end fails.
   */
  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    if (state == State.OPEN && connection.isEmpty()) {
      if (ended) {
        context.expireUnclaimed(this);
      } else if (context.outputs().withdraw(this)) {
        giveUp();
      }
      // A request that takes the output meanwhile finds it closing.
    }
    if (state == State.OPEN) {
      schedule();
    } else {
      releaseQueue();
    }
  }

  /** The consumer never came for what is left. By whoever took the output from the registry. */
  void giveUp() {
    state = State.CLOSED;
    releaseQueue();
  }

  /** Ends the channel from outside: connection lost, exchange closed. */
  void fail(Throwable cause) {
    if (state != State.OPEN) {
      return;
    }
    failure = Optional.of(cause);
    end(State.FAILED);
  }

  /** On the event loop: the consumer wants nothing more. */
  void cancelled() {
    if (state == State.OPEN) {
      end(State.CANCELLED);
    }
  }

  private void end(State finalState) {
    state = finalState;
    releaseQueue();
    wake();
  }

  /** Only in a final state. Synchronized, as a task that sends meanwhile does it as well. */
  private synchronized void releaseQueue() {
    held.ifPresent(ByteBuf::release);
    held = Optional.empty();
    // The read of a total that the task writes after each offer makes what it offered visible.
    credit.queued();
    for (ByteBuf frame = queue.poll(); frame != null; frame = queue.poll()) {
      frame.release();
    }
  }

  private void wake() {
    if (refused.get() && wouldTake() && refused.compareAndSet(true, false)) {
      try {
        listener.run();
      } catch (RuntimeException e) {
        LOG.error("The writable listener of channel {} failed", id, e);
      }
    }
  }

  /** On the event loop. */
  void attached(PeerConnection newConnection, int newNumber, long initialCredit) {
    number = newNumber;
    credit.granted(initialCredit);
    connection = Optional.of(newConnection);
    wake();
  }

  /** On the event loop. */
  void granted(long bytes) {
    credit.granted(bytes);
    wake();
  }

  @Override
  public void service(PeerConnection owner) {
    scheduled.set(false);
    if (closing && !ended) {
      // Gives its buffers back now, even if the socket takes nothing.
      transmit(owner, 0);
      owner.forget(this);
    } else {
      owner.activate(this);
    }
  }

  /** On the event loop: writes frames up to about {@code quantum} bytes, without a flush. */
  Progress transmit(PeerConnection owner, int quantum) {
    if (state != State.OPEN) {
      return Progress.DONE;
    }
    // Read before the queue: all that the task queued is visible once it has closed.
    boolean finish = closing;
    if (finish && !ended) {
      dropHeld();
      return finish(owner, WireFormat.ABORTED);
    }
    long until = credit.sentTotal() + quantum;
    try {
      if (credit.maySend()) {
        sendHeld(owner);
      }
      while (credit.sentTotal() < until) {
        ByteBuf head = queue.peek();
        if (head == null) {
          return finish ? finish(owner, WireFormat.FINISHED) : Progress.WAITING;
        }
        byte type = WireFormat.typeOf(head);
        if (type == WireFormat.DATA && !credit.maySend()) {
          if (barriers == barriersSent) {
            return Progress.WAITING;
          }
          WireFormat.beforeBarrier(head);
          credit.overdrawn(WireFormat.chargeOf(head));
        }
        queue.poll();
        if (type == WireFormat.BARRIER) {
          barriersSent++;
        }
        if (type == WireFormat.WATERMARK && !credit.maySend()) {
          // The consumer has enough to do: of the watermarks meanwhile the last is all it needs.
          dropHeld();
          held = Optional.of(head);
        } else {
          sendHeld(owner);
          write(owner, head);
        }
      }
      return Progress.MORE;
    } finally {
      wake();
    }
  }

  private Progress finish(PeerConnection owner, byte kind) {
    sendHeld(owner);
    ByteBuf frame = WireFormat.close(context.allocator(), kind, "");
    WireFormat.stamp(frame, number, sequence++, 0);
    owner.write(frame);
    state = State.CLOSED;
    releaseQueue();
    return Progress.DONE;
  }

  private void dropHeld() {
    if (held.isPresent()) {
      ByteBuf frame = held.get();
      credit.dropped(WireFormat.chargeOf(frame));
      frame.release();
      held = Optional.empty();
    }
  }

  private void sendHeld(PeerConnection owner) {
    if (held.isPresent()) {
      ByteBuf frame = held.get();
      held = Optional.empty();
      write(owner, frame);
    }
  }

  private void write(PeerConnection owner, ByteBuf frame) {
    credit.sent(WireFormat.chargeOf(frame));
    WireFormat.stamp(frame, number, sequence++, credit.queued());
    context.counters().sent(WireFormat.typeOf(frame));
    owner.write(frame);
  }

  int number() {
    return number;
  }
}
