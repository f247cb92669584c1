package io.millrace.runtime.exchange.netty;

import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.exchange.netty.ExchangeOptions.Identity;
import io.millrace.runtime.id.ChannelId;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TCP connection with another process and all channels on it, both ways. Everything but {@link
 * #submit}, {@link #open} and {@link #attachLater} is for its event loop. Once closed it never
 * comes back: its channels have failed (FC14).
 */
final class PeerConnection extends ChannelInboundHandlerAdapter implements FrameDecoder.Frames {
  private static final Logger LOG = LoggerFactory.getLogger(PeerConnection.class);
  private static final int MAX_ROUNDS = 8;

  private enum State {
    CONNECTING,
    GREETING,
    READY,
    CLOSED
  }

  private final ExchangeContext context;
  private final PeerDirectory directory;
  private final EventLoop loop;
  private final boolean dialed;
  private final MpscUnboundedArrayQueue<ConnectionWork> work = new MpscUnboundedArrayQueue<>(64);
  private final AtomicBoolean woken = new AtomicBoolean();

  private State state = State.CONNECTING;
  private volatile Optional<PeerAddress> peer;
  private Optional<ChannelHandlerContext> socket = Optional.empty();
  private final ConnectionInputs inputs;
  private final ConnectionOutputs outputs;
  private boolean unflushed;
  private boolean draining;

  /**
   * @param peer whom to dial; empty for a connection that was accepted
   */
  PeerConnection(
      ExchangeContext context,
      PeerDirectory directory,
      EventLoop loop,
      Optional<PeerAddress> peer) {
    this.context = context;
    this.directory = directory;
    this.loop = loop;
    this.peer = peer;
    this.dialed = peer.isPresent();
    this.inputs = new ConnectionInputs(context, this);
    this.outputs = new ConnectionOutputs(context, this);
  }

  Optional<PeerAddress> peer() {
    return peer;
  }

  EventLoop loop() {
    return loop;
  }

  boolean isOpen() {
    return state != State.CLOSED;
  }

  /** How the peer is called in messages. */
  String name() {
    return peer.map(address -> "TaskManager " + address)
        .orElseGet(() -> socket.map(s -> "peer " + s.channel().remoteAddress()).orElse("a peer"));
  }

  // From any thread.

  /** Has the work serviced on the event loop; false if the loop is gone. */
  boolean submit(ConnectionWork item) {
    work.offer(item);
    if (!woken.get() && woken.compareAndSet(false, true)) {
      try {
        loop.execute(this::wakeUp);
      } catch (RejectedExecutionException e) {
        return false;
      }
    }
    return !loop.isShutdown();
  }

  /** Requests the channel as soon as the connection is ready. */
  void open(NettyInputChannel input, PeerAddress producer) {
    input.assign(this);
    execute(() -> openNow(input, producer), () -> input.fail(closedExchange(input)));
  }

  /** Connects an output with the request that had waited for it here. */
  void attachLater(NettyOutputChannel output, OutputRegistry.Waiting waiting) {
    execute(
        () -> {
          outputs.attachAwaited(output, waiting.request());
          drain();
        },
        () -> output.fail(ExchangeException.peerGone("The exchange is closed")));
  }

  private void execute(Runnable action, Runnable otherwise) {
    try {
      loop.execute(action);
    } catch (RejectedExecutionException e) {
      otherwise.run();
    }
  }

  private static ExchangeException closedExchange(NettyInputChannel input) {
    return ExchangeException.peerGone("Channel " + input.id() + ": the exchange is closed");
  }

  // Life of the connection.

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    socket = Optional.of(ctx);
    if (state == State.CLOSED) {
      ChannelFuture unused = ctx.close();
      return;
    }
    state = State.GREETING;
    context.counters().connections.incrementAndGet();
    ScheduledFuture<?> unused =
        loop.schedule(
            () -> {
              if (state == State.GREETING) {
                close(new ExchangeException(name() + " did not greet in time"));
              }
            },
            context.options().connectTimeout().toMillis(),
            TimeUnit.MILLISECONDS);
    if (dialed) {
      greet();
    }
  }

  private void greet() {
    PeerAddress self = directory.self();
    Identity identity = context.options().identity();
    write(
        WireFormat.hello(
            context.allocator(), new WireFormat.Hello(identity, self.host(), self.port())));
    drain();
  }

  private void greeted(WireFormat.Hello hello) {
    context.options().identity().requireSame(hello.identity(), hello.host() + ":" + hello.port());
    if (!dialed) {
      peer = Optional.of(new PeerAddress(hello.host(), hello.port()));
      greet();
    }
    state = State.READY;
    directory.onReady(this);
    inputs.requestAwaited();
  }

  /** The connection could not be made. */
  void failedToConnect(Throwable cause) {
    close(
        ExchangeException.peerGone(
            "Can't connect to " + name() + ": " + cause.getMessage(), cause));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    close(ExchangeException.peerGone("The connection to " + name() + " was lost"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    close(
        ExchangeException.peerGone(
            "The connection to " + name() + " was lost: " + cause.getMessage(), cause));
  }

  @Override
  public void onCorrupt(RuntimeException cause) {
    if (cause instanceof ExchangeException && state == State.GREETING) {
      write(WireFormat.refused(context.allocator(), cause.getMessage()));
      drain();
      close(cause);
      return;
    }
    String what =
        state == State.GREETING
            ? "it does not speak Millrace's exchange format: "
            : "it sent what makes no sense: ";
    close(
        new ExchangeException(
            "The connection to " + name() + " was closed: " + what + cause.getMessage(), cause));
  }

  /** Ends the connection and fails its channels. */
  void close(RuntimeException cause) {
    if (state == State.CLOSED) {
      return;
    }
    if (state != State.CONNECTING) {
      context.counters().connections.decrementAndGet();
    }
    state = State.CLOSED;
    LOG.info("{} ({} inputs, {} outputs on it)", cause.getMessage(), inputs.size(), outputs.size());
    directory.onClosed(this);
    outputs.fail(cause);
    inputs.fail(cause);
    if (socket.isPresent()) {
      ChannelFuture unused = socket.get().close();
    }
  }

  static ExchangeException channelFailure(ChannelId channel, Throwable cause) {
    return new ExchangeException("Channel " + channel + ": " + cause.getMessage(), cause);
  }

  // Frames.

  @Override
  public int maxBody(byte type) {
    boolean greeting = type == WireFormat.HELLO || type == WireFormat.REFUSED;
    return switch (state) {
      case GREETING -> greeting ? WireFormat.MAX_CONTROL_BYTES : -1;
      case READY -> {
        if (WireFormat.isData(type)) {
          yield context.limits().maxFrameBytes() - WireFormat.PREFIX;
        }
        yield type == WireFormat.HELLO ? -1 : WireFormat.MAX_CONTROL_BYTES;
      }
      case CONNECTING, CLOSED -> -1;
    };
  }

  @Override
  public void onFrame(byte type, ByteBuf body) {
    context.counters().bytesIn.add(WireFormat.PREFIX + body.writerIndex());
    if (WireFormat.isSequenced(type)) {
      inputs.received(type, body);
      return;
    }
    try {
      control(type, body);
      if (body.isReadable()) {
        throw new CorruptDataException(body.readableBytes() + " bytes too many, type " + type);
      }
    } finally {
      body.release();
    }
  }

  private void control(byte type, ByteBuf body) {
    switch (type) {
      case WireFormat.HELLO -> greeted(WireFormat.readHello(body));
      case WireFormat.REFUSED ->
          close(new ExchangeException(name() + " refused: " + WireFormat.readText(body)));
      case WireFormat.OPEN -> outputs.requested(WireFormat.readOpen(body), directory.self());
      case WireFormat.CANCEL -> outputs.cancelled(body.readInt());
      case WireFormat.CREDIT -> outputs.granted(body.readInt(), body.readLong());
      default -> throw new CorruptDataException("A frame of type " + type);
    }
  }

  /** Numbers are never used again: one below the end may be over, none other is known. */
  static void requireKnown(int number, int end) {
    if (number < 0 || number >= end) {
      throw new CorruptDataException("Channel number " + number + " of " + end);
    }
  }

  private void openNow(NettyInputChannel input, PeerAddress producer) {
    switch (state) {
      case CLOSED -> directory.open(input, producer);
      case READY -> {
        inputs.request(input);
        drain();
      }
      case CONNECTING, GREETING -> inputs.await(input);
    }
  }

  void forget(NettyInputChannel input, boolean tell) {
    inputs.forget(input, tell);
  }

  void forget(NettyOutputChannel output) {
    outputs.forget(output);
  }

  void activate(NettyOutputChannel output) {
    outputs.activate(output);
  }

  // Writing.

  /** Takes over the frame; flushed when the current round of work is done. */
  void write(ByteBuf frame) {
    if (state == State.CLOSED || socket.isEmpty()) {
      frame.release();
      return;
    }
    context.counters().bytesOut.add(frame.readableBytes());
    unflushed = true;
    ChannelHandlerContext ctx = socket.get();
    ChannelFuture unused = ctx.write(frame, ctx.voidPromise());
  }

  private boolean mayWrite() {
    return state == State.READY && socket.isPresent() && socket.get().channel().isWritable();
  }

  private void wakeUp() {
    woken.set(false);
    drain();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    drain();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      drain();
    }
  }

  /** Services what tasks left, lets outputs send while the socket takes it, flushes. */
  void drain() {
    if (draining) {
      // A flush below made room: the loop there goes on.
      return;
    }
    draining = true;
    try {
      int rounds = 0;
      do {
        for (ConnectionWork item = work.poll(); item != null; item = work.poll()) {
          item.service(this);
        }
        while (outputs.wantToSend() && mayWrite()) {
          outputs.transmitNext();
        }
        if (unflushed) {
          unflushed = false;
          socket.ifPresent(ChannelHandlerContext::flush);
        }
      } while (outputs.wantToSend() && mayWrite() && ++rounds < MAX_ROUNDS);
    } finally {
      draining = false;
    }
    if (outputs.wantToSend() && mayWrite()) {
      // Others on this loop, reading among them, have their turn first.
      loop.execute(this::drain);
    }
  }
}
