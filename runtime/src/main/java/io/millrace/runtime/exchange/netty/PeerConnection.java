package io.millrace.runtime.exchange.netty;

import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.exchange.netty.ExchangeOptions.Identity;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
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
  private final IntObjectMap<NettyInputChannel> inputs = new IntObjectHashMap<>();
  private final IntObjectMap<NettyOutputChannel> outputs = new IntObjectHashMap<>();
  private final IntObjectMap<OutputRegistry.Waiting> requests = new IntObjectHashMap<>();
  private final List<NettyInputChannel> unopened = new ArrayList<>();
  private final SendQueue sending = new SendQueue();
  private int nextInput;
  private int nextOutput;
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

  private String name() {
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
          requests.remove(waiting.request().number());
          attach(output, waiting.request());
          drain();
        },
        () -> output.fail(new ExchangeException("The exchange is closed")));
  }

  private void execute(Runnable action, Runnable otherwise) {
    try {
      loop.execute(action);
    } catch (RejectedExecutionException e) {
      otherwise.run();
    }
  }

  private static ExchangeException closedExchange(NettyInputChannel input) {
    return new ExchangeException("Channel " + input.id() + ": the exchange is closed");
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
    Identity own = context.options().identity();
    Identity theirs = hello.identity();
    if (!own.build().equals(theirs.build())) {
      throw new ExchangeException(
          "Build "
              + theirs.build()
              + " at "
              + hello.host()
              + ":"
              + hello.port()
              + " can't exchange records with build "
              + own.build()
              + ": run one version of Millrace in all processes");
    }
    // The cluster id is not shown: knowing it is what admits a peer.
    if (!MessageDigest.isEqual(
        own.cluster().getBytes(StandardCharsets.UTF_8),
        theirs.cluster().getBytes(StandardCharsets.UTF_8))) {
      throw new ExchangeException(
          "The TaskManagers "
              + hello.host()
              + ":"
              + hello.port()
              + " and "
              + directory.self()
              + " are of different clusters (their cluster ids differ)");
    }
    if (!dialed) {
      peer = Optional.of(new PeerAddress(hello.host(), hello.port()));
      greet();
    }
    state = State.READY;
    directory.onReady(this);
    List<NettyInputChannel> now = List.copyOf(unopened);
    unopened.clear();
    now.forEach(this::request);
  }

  /** The connection could not be made. */
  void failedToConnect(Throwable cause) {
    close(new ExchangeException("Can't connect to " + name() + ": " + cause.getMessage(), cause));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    close(new ExchangeException("The connection to " + name() + " was lost"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    close(
        new ExchangeException(
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
    context.outputs().withdrawAll(this);
    sending.clear();
    for (NettyOutputChannel output : List.copyOf(outputs.values())) {
      output.fail(channelFailure(output.id(), cause));
      context.counters().outputs.decrementAndGet();
    }
    for (NettyInputChannel input : List.copyOf(inputs.values())) {
      input.lost(channelFailure(input.id(), cause));
      context.counters().inputs.decrementAndGet();
    }
    unopened.forEach(input -> input.lost(channelFailure(input.id(), cause)));
    outputs.clear();
    inputs.clear();
    requests.clear();
    unopened.clear();
    if (socket.isPresent()) {
      ChannelFuture unused = socket.get().close();
    }
  }

  private static ExchangeException channelFailure(Object channel, Throwable cause) {
    return new ExchangeException("Channel " + channel + ": " + cause.getMessage(), cause);
  }

  // Frames.

  @Override
  public int maxBody(byte type) {
    boolean greeting = type == WireFormat.HELLO || type == WireFormat.REFUSED;
    return switch (state) {
      case GREETING -> greeting ? WireFormat.MAX_CONTROL_BYTES : -1;
      case READY -> {
        if (type == WireFormat.DATA) {
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
      toInput(type, body);
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

  private void toInput(byte type, ByteBuf body) {
    if (body.readableBytes() < WireFormat.CHANNEL_HEAD) {
      body.release();
      throw new CorruptDataException("A frame of type " + type + " without its head");
    }
    int number = body.readInt();
    int sequence = body.readInt();
    int backlog = body.readInt();
    NettyInputChannel input = inputs.get(number);
    if (input != null) {
      context.counters().received(type);
      input.received(type, sequence, backlog, body);
      return;
    }
    body.release();
    // Frames for a channel closed meanwhile are still on their way: dropped (FC9).
    requireKnown(number, nextInput);
  }

  private void control(byte type, ByteBuf body) {
    switch (type) {
      case WireFormat.HELLO -> greeted(WireFormat.readHello(body));
      case WireFormat.REFUSED ->
          close(new ExchangeException(name() + " refused: " + WireFormat.readText(body)));
      case WireFormat.OPEN -> requested(WireFormat.readOpen(body));
      case WireFormat.CANCEL -> cancelled(body.readInt());
      case WireFormat.CREDIT -> granted(body.readInt(), body.readLong());
      default -> throw new CorruptDataException("A frame of type " + type);
    }
  }

  private static void requireKnown(int number, int end) {
    if (number < 0 || number >= end) {
      throw new CorruptDataException("Channel number " + number + " of " + end);
    }
  }

  // Inputs.

  private void openNow(NettyInputChannel input, PeerAddress producer) {
    switch (state) {
      case CLOSED -> directory.open(input, producer);
      case READY -> {
        request(input);
        drain();
      }
      case CONNECTING, GREETING -> unopened.add(input);
    }
  }

  private void request(NettyInputChannel input) {
    if (input.isClosed()) {
      return;
    }
    int number = nextInput++;
    inputs.put(number, input);
    context.counters().inputs.incrementAndGet();
    write(WireFormat.open(context.allocator(), input.opened(number)));
  }

  /**
   * @param tell whether the producer does not know yet that the channel is over
   */
  void forget(NettyInputChannel input, boolean tell) {
    unopened.remove(input);
    if (inputs.remove(input.number()) != null) {
      context.counters().inputs.decrementAndGet();
      if (tell) {
        write(WireFormat.cancel(context.allocator(), input.number()));
      }
    }
  }

  // Outputs.

  private void requested(WireFormat.OpenRequest request) {
    if (request.number() != nextOutput) {
      throw new CorruptDataException(
          "Channel number " + request.number() + " instead of " + nextOutput);
    }
    nextOutput++;
    OutputRegistry.Waiting waiting = new OutputRegistry.Waiting(this, request);
    try {
      Optional<NettyOutputChannel> output = context.outputs().request(waiting);
      if (output.isPresent()) {
        attach(output.get(), request);
        return;
      }
    } catch (ExchangeException e) {
      decline(request, e.getMessage());
      return;
    }
    requests.put(request.number(), waiting);
    long millis = context.options().openTimeout().toMillis();
    ScheduledFuture<?> unused =
        loop.schedule(() -> expire(waiting, millis), millis, TimeUnit.MILLISECONDS);
  }

  private void expire(OutputRegistry.Waiting waiting, long millis) {
    if (context.outputs().withdraw(waiting)) {
      requests.remove(waiting.request().number());
      decline(
          waiting.request(),
          "its producer was not deployed at " + directory.self() + " within " + millis + " ms");
      drain();
    }
  }

  private void decline(WireFormat.OpenRequest request, String reason) {
    ByteBuf frame = WireFormat.close(context.allocator(), WireFormat.ABORTED, reason);
    WireFormat.stamp(frame, request.number(), 0, 0);
    write(frame);
  }

  private void attach(NettyOutputChannel output, WireFormat.OpenRequest request) {
    if (state == State.CLOSED) {
      output.fail(
          new ExchangeException("Channel " + output.id() + ": " + name() + " was lost before"));
      return;
    }
    outputs.put(request.number(), output);
    context.counters().outputs.incrementAndGet();
    output.attached(this, request.number(), request.credit());
    activate(output);
  }

  private void cancelled(int number) {
    requireKnown(number, nextOutput);
    OutputRegistry.Waiting waiting = requests.remove(number);
    if (waiting != null) {
      if (!context.outputs().withdraw(waiting)) {
        // Its output is on its way here: attached first, then cancelled.
        loop.execute(() -> cancelOutput(number));
      }
      return;
    }
    cancelOutput(number);
  }

  private void cancelOutput(int number) {
    NettyOutputChannel output = outputs.get(number);
    if (output != null) {
      output.cancelled();
      forget(output);
    }
  }

  private void granted(int number, long bytes) {
    requireKnown(number, nextOutput);
    if (bytes <= 0) {
      throw new CorruptDataException("A credit of " + bytes + " bytes");
    }
    NettyOutputChannel output = outputs.get(number);
    if (output != null) {
      output.granted(bytes);
      activate(output);
    }
  }

  void forget(NettyOutputChannel output) {
    if (outputs.remove(output.number(), output)) {
      context.counters().outputs.decrementAndGet();
    }
  }

  /** The output may have something to send. */
  void activate(NettyOutputChannel output) {
    if (state == State.READY) {
      sending.add(output);
    }
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
  private void drain() {
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
        while (!sending.isEmpty() && mayWrite()) {
          sending.transmitNext(this);
        }
        if (unflushed) {
          unflushed = false;
          socket.ifPresent(ChannelHandlerContext::flush);
        }
      } while (!sending.isEmpty() && mayWrite() && ++rounds < MAX_ROUNDS);
    } finally {
      draining = false;
    }
    if (!sending.isEmpty() && mayWrite()) {
      // Others on this loop, reading among them, have their turn first.
      loop.execute(this::drain);
    }
  }
}
