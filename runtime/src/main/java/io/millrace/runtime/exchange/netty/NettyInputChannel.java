package io.millrace.runtime.exchange.netty;

import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.ChannelEvent.Barrier;
import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.id.ChannelId;
import io.millrace.runtime.id.CheckpointId;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jctools.queues.SpscUnboundedArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving end of a channel from another process. The connection's event loop queues frames as
 * they come; the task decodes them in {@link #poll}. Credit follows what the task has taken.
 */
final class NettyInputChannel implements InputChannel, ConnectionWork {
  private static final Logger LOG = LoggerFactory.getLogger(NettyInputChannel.class);

  private final ChannelId id;
  private final BatchCodec codec;
  private final ExchangeContext context;
  private final SpscUnboundedArrayQueue<Object> queue = new SpscUnboundedArrayQueue<>(32);
  private final AtomicBoolean hungry = new AtomicBoolean(true);
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final long step;

  /** Written by the task only. */
  private volatile long consumed;

  private volatile boolean blocked;
  private volatile boolean closed;
  private volatile Optional<Throwable> failure = Optional.empty();
  private volatile Optional<PeerConnection> connection = Optional.empty();
  private volatile Runnable listener = () -> {};
  private volatile Consumer<Barrier> barrierListener = barrier -> {};

  /** Task's: what a barrier has overtaken, not consumed yet; to be polled before the rest. */
  private final ArrayDeque<Object> overtaken = new ArrayDeque<>();

  /** Task's: what was consumed when it last asked for more. */
  private long reported;

  // The event loop's.
  private final ReceiverCredit credit;
  private final AllowanceSizer sizer;
  private int number = -1;
  private int nextSequence;
  private long backlog;
  private boolean dataEnded;
  private boolean finished;

  NettyInputChannel(ChannelId id, BatchCodec codec, ExchangeContext context) {
    this.id = id;
    this.codec = codec;
    this.context = context;
    ExchangeOptions.Limits limits = context.limits();
    this.step = Math.max(1, limits.channelBytes() / 4);
    this.credit = new ReceiverCredit(limits.channelBytes(), step);
    this.sizer = new AllowanceSizer(limits.channelBytes(), limits.channelMaxBytes());
  }

  ChannelId id() {
    return id;
  }

  @Override
  public Object poll() {
    if (closed) {
      // The event loop empties the queue now.
      return null;
    }
    Object item = overtaken.isEmpty() ? queue.poll() : overtaken.poll();
    if (item == null) {
      if (hungry.get()) {
        return null;
      }
      // First tell that somebody waits, then look again: the loop does it the other way round.
      hungry.set(true);
      item = queue.poll();
      if (item == null) {
        return null;
      }
      hungry.set(false);
    }
    if (!(item instanceof ByteBuf body)) {
      consumed(WireFormat.EVENT_CHARGE);
      return item;
    }
    int charge = WireFormat.charge(WireFormat.DATA, body.writerIndex()); // of either kind
    try {
      return decode(body);
    } finally {
      body.release();
      consumed(charge);
    }
  }

  private RecordBatch decode(ByteBuf body) {
    try {
      int offset = body.arrayOffset() + body.readerIndex();
      return codec.decode(body.array(), offset, body.readableBytes());
    } catch (CorruptDataException e) {
      throw new ExchangeException(
          "Channel " + id + ": a batch can't be read: " + e.getMessage(), e);
    }
  }

  private void consumed(int charge) {
    long total = consumed + charge;
    consumed = total;
    if (total - reported >= step) {
      reported = total;
      schedule();
    }
  }

  @Override
  public void onReadable(Runnable newListener) {
    listener = Objects.requireNonNull(newListener, "newListener");
    if (!queue.isEmpty() || failure.isPresent()) {
      newListener.run();
    }
  }

  @Override
  public void onBarrier(Consumer<Barrier> newListener) {
    barrierListener = Objects.requireNonNull(newListener, "newListener");
  }

  @Override
  public void overtake(CheckpointId checkpoint, InFlight inFlight) {
    if (closed) {
      return;
    }
    overtaken.forEach(item -> record(item, inFlight)); // still of the barrier before
    for (Object item = queue.poll(); item != null; item = queue.poll()) {
      if (item instanceof Barrier barrier && barrier.checkpoint().equals(checkpoint)) {
        consumed(WireFormat.EVENT_CHARGE);
        return;
      }
      overtaken.add(item);
      record(item, inFlight);
    }
    throw new IllegalStateException("Barrier " + checkpoint + " is not in channel " + id);
  }

  private static void record(Object item, InFlight inFlight) {
    if (item instanceof ByteBuf body) {
      int offset = body.arrayOffset() + body.readerIndex();
      inFlight.addEncoded(body.array(), offset, body.readableBytes());
    }
  }

  @Override
  public void setBlocked(boolean newBlocked) {
    if (blocked != newBlocked) {
      blocked = newBlocked;
      schedule();
    }
  }

  @Override
  public int queued() {
    return queue.size() + overtaken.size();
  }

  @Override
  public Optional<Throwable> failure() {
    return failure;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    overtaken.forEach(NettyInputChannel::release);
    overtaken.clear();
    schedule();
  }

  private void schedule() {
    Optional<PeerConnection> current = connection;
    if (current.isPresent() && !scheduled.get() && scheduled.compareAndSet(false, true)) {
      if (!current.get().submit(this)) {
        // The exchange is closed and its loops are gone: nobody else touches the queue.
        releaseQueue();
      }
    }
  }

  boolean isClosed() {
    return closed;
  }

  int number() {
    return number;
  }

  /** Bytes taken over and not consumed. */
  long queuedBytes() {
    return credit.queued(consumed);
  }

  /** The connection it will be opened on; its event loop owns the channel from here on. */
  void assign(PeerConnection newConnection) {
    connection = Optional.of(newConnection);
  }

  /** On the event loop. */
  WireFormat.OpenRequest opened(int newNumber) {
    number = newNumber;
    return new WireFormat.OpenRequest(number, id, credit.allowance());
  }

  /** On the event loop: a frame of this channel, whose body is taken over. */
  void received(byte type, int sequence, int newBacklog, ByteBuf body) {
    int bytes = body.writerIndex();
    boolean queuedBody = false;
    try {
      if (sequence != nextSequence) {
        // Nothing is ever skipped (FC10).
        throw new CorruptDataException(
            "Frame " + sequence + " of channel " + id + " came instead of " + nextSequence);
      }
      if (finished) {
        throw new CorruptDataException("A frame of channel " + id + " after its end");
      }
      nextSequence++;
      backlog = Math.max(0, newBacklog);
      if (type == WireFormat.CLOSE) {
        ended(body.readByte(), WireFormat.readText(body));
        return;
      }
      credit.received(WireFormat.charge(type, bytes), type == WireFormat.DATA);
      if (WireFormat.isData(type)) {
        if (dataEnded) {
          throw new CorruptDataException("Records of channel " + id + " after its end of data");
        }
        if (!closed) {
          queuedBody = true;
          offer(body);
        }
        return;
      }
      ChannelEvent event = WireFormat.readEvent(type, body);
      dataEnded |= event instanceof ChannelEvent.EndOfData;
      offer(event);
      if (event instanceof Barrier barrier) {
        tell(barrier);
      }
    } finally {
      if (!queuedBody) {
        body.release();
      }
    }
  }

  private void ended(byte kind, String reason) {
    finished = true;
    if (kind == WireFormat.FINISHED && dataEnded) {
      return;
    }
    String ended = "Channel " + id + " ended: ";
    fail(
        reason.isEmpty()
            ? ExchangeException.peerGone(ended + "its producer stopped before the end of its data")
            : new ExchangeException(ended + reason));
  }

  private void offer(Object item) {
    queue.offer(item);
    VarHandle.fullFence();
    wake();
  }

  private void tell(Barrier barrier) {
    try {
      barrierListener.accept(barrier);
    } catch (RuntimeException e) {
      LOG.error("The barrier listener of channel {} failed", id, e);
    }
  }

  private void wake() {
    if (hungry.get() && hungry.compareAndSet(true, false)) {
      notifyListener();
    }
  }

  private void notifyListener() {
    try {
      listener.run();
    } catch (RuntimeException e) {
      LOG.error("The readable listener of channel {} failed", id, e);
    }
  }

  /** What came before can still be polled. */
  void fail(Throwable cause) {
    if (failure.isEmpty()) {
      failure = Optional.of(cause);
      hungry.set(false);
      notifyListener();
    }
  }

  /** On the event loop: the connection is gone; no matter if all had come before (FC14). */
  void lost(Throwable cause) {
    if (!finished) {
      fail(cause);
    }
    giveBackFloating();
    if (closed) {
      releaseQueue();
    }
  }

  @Override
  public void service(PeerConnection owner) {
    scheduled.set(false);
    if (closed) {
      owner.forget(this, !finished);
      finished = true;
      giveBackFloating();
      releaseQueue();
      return;
    }
    if (number < 0 || finished || !owner.isOpen()) {
      return;
    }
    long consumedNow = consumed;
    boolean blockedNow = blocked;
    if (blockedNow) {
      giveBackFloating();
    } else {
      resize(consumedNow);
    }
    long grant = credit.grant(consumedNow, blockedNow);
    if (grant > 0) {
      owner.write(WireFormat.credit(context.allocator(), number, grant));
    }
  }

  private void resize(long consumedNow) {
    long current = credit.allowance();
    long wanted = sizer.next(current, System.nanoTime(), consumedNow, backlog);
    if (wanted > current && !context.floating().take(wanted - current)) {
      return;
    }
    if (wanted < current) {
      context.floating().giveBack(current - wanted);
    }
    credit.resize(wanted);
  }

  private void giveBackFloating() {
    long base = context.limits().channelBytes();
    long floating = credit.allowance() - base;
    if (floating > 0) {
      context.floating().giveBack(floating);
      credit.resize(base);
    }
  }

  private synchronized void releaseQueue() {
    for (Object item = queue.poll(); item != null; item = queue.poll()) {
      release(item);
    }
  }

  private static void release(Object item) {
    if (item instanceof ByteBuf body) {
      body.release();
    }
  }
}
