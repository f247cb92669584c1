package io.millrace.runtime.exchange.netty;

import io.millrace.runtime.exchange.InputChannel;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.id.ChannelId;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TaskManager's part in the exchange of records between processes. Channels are opened from both
 * ends in any order; either waits for the other. Thread-safe; the channels it returns are for one
 * subtask's thread each.
 */
public final class DataExchange implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataExchange.class);

  private final ExchangeContext context;
  private final PeerDirectory peers;
  private final Channel server;
  private final AtomicBoolean closed = new AtomicBoolean();

  private DataExchange(ExchangeContext context, PeerDirectory peers, Channel server) {
    this.context = context;
    this.peers = peers;
    this.server = server;
  }

  /**
   * Binds the port and accepts peers.
   *
   * @throws ExchangeException if the port can't be bound
   */
  public static DataExchange start(ExchangeOptions options) {
    int arenas = Math.min(4, Runtime.getRuntime().availableProcessors());
    // Caches for all threads: tasks allocate as well, and what loops release goes back to them.
    return start(
        options,
        new PooledByteBufAllocator(true, arenas, arenas, 8192, 9, 256, 64, true),
        Transport.best());
  }

  static DataExchange start(
      ExchangeOptions options, ByteBufAllocator allocator, Transport transport) {
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            options.ioThreads(), new ExchangeThreads(), transport.handlers());
    ExchangeContext context =
        new ExchangeContext(
            options,
            loops,
            allocator,
            new ExchangeCounters(),
            new FloatingBudget(options.limits().floatingBytes()),
            new OutputRegistry());
    PeerDirectory peers = new PeerDirectory(context, transport);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(transport.serverChannel())
            .option(ChannelOption.SO_REUSEADDR, true)
            // Nobody is accepted before the port bound is known: greetings carry it.
            .option(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOCATOR, allocator)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, PeerDirectory.WATER_MARK)
            .childHandler(peers.acceptor())
            .bind(options.host(), options.port())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
      throw new ExchangeException(
          "The exchange can't listen on %s:%d: %s; choose another port, or 0 for a free one"
              .formatted(options.host(), options.port(), bound.cause().getMessage()),
          bound.cause());
    }
    Channel server = bound.channel();
    peers.listensOn(((InetSocketAddress) server.localAddress()).getPort());
    server.config().setAutoRead(true);
    LOG.info(
        "Exchange listens on {} ({}, {} event loops)",
        peers.self(),
        transport.name(),
        options.ioThreads());
    return new DataExchange(context, peers, server);
  }

  public String host() {
    return peers.self().host();
  }

  /** The port bound. */
  public int port() {
    return peers.self().port();
  }

  /**
   * The producer's end. Its consumer's request may have come or not: until it has, one batch is
   * taken.
   *
   * <p>When the connection is lost, {@link OutputChannel#acquire} throws an {@link
   * ExchangeException}. When the consumer cancelled, batches are taken and dropped. {@link
   * OutputChannel#close} after the end of data still sends what is queued.
   *
   * @throws ExchangeException if the exchange is closed or the channel is open already
   */
  public OutputChannel openOutput(ChannelId id, BatchCodec codec) {
    NettyOutputChannel output = new NettyOutputChannel(id, codec, context);
    context
        .outputs()
        .register(output)
        .ifPresent(waiting -> waiting.connection().attachLater(output, waiting));
    return output;
  }

  /**
   * The consumer's end. Connects in the background; a failure to do so, or a producer that is not
   * deployed in time, is the channel's failure.
   *
   * @param producerHost where the producer's exchange listens, as it says itself
   */
  public InputChannel openInput(
      ChannelId id, String producerHost, int producerPort, BatchCodec codec) {
    NettyInputChannel input = new NettyInputChannel(id, codec, context);
    peers.open(input, new PeerAddress(producerHost, producerPort));
    return input;
  }

  public ExchangeMetrics metrics() {
    return context.counters().snapshot();
  }

  /** Fails all channels, closes all connections and ends the threads. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    server.close().awaitUninterruptibly();
    ExchangeException cause =
        ExchangeException.peerGone("The exchange of TaskManager " + peers.self() + " was closed");
    context.outputs().close().forEach(output -> output.fail(cause));
    peers.close(cause);
    context.loops().shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** Netty starts a thread when a loop is first used, which may be under a job's class loader. */
  private static final class ExchangeThreads extends DefaultThreadFactory {
    ExchangeThreads() {
      super("millrace-exchange", true);
    }

    @Override
    public Thread newThread(Runnable task) {
      Thread thread = super.newThread(task);
      thread.setContextClassLoader(DataExchange.class.getClassLoader()); // CL2
      return thread;
    }
  }
}
