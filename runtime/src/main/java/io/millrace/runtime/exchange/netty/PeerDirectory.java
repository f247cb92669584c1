package io.millrace.runtime.exchange.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The connections of a process: one to each peer, whoever dialed. Thread-safe; its lock is never
 * held while a connection is called.
 */
final class PeerDirectory {
  static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 << 10, 256 << 10);

  private final ExchangeContext context;
  private final Transport transport;
  private final Map<PeerAddress, PeerConnection> peers = new HashMap<>();
  private final Set<PeerConnection> connections = new HashSet<>();
  private boolean closed;
  private volatile PeerAddress self;

  PeerDirectory(ExchangeContext context, Transport transport) {
    this.context = context;
    this.transport = transport;
    this.self = new PeerAddress(context.options().host(), context.options().port());
  }

  /** The port is known once it is bound, before any connection is made. */
  void listensOn(int port) {
    self = new PeerAddress(self.host(), port);
  }

  /** Where this process listens. */
  PeerAddress self() {
    return self;
  }

  /** Opens the input on the connection with the peer, dialing it if there is none. */
  void open(NettyInputChannel input, PeerAddress producer) {
    PeerConnection connection;
    boolean dial = false;
    synchronized (this) {
      if (closed) {
        input.fail(new ExchangeException("Channel " + input.id() + ": the exchange is closed"));
        return;
      }
      connection = peers.get(producer);
      if (connection == null) {
        EventLoop loop = context.loops().next();
        connection = new PeerConnection(context, this, loop, Optional.of(producer));
        peers.put(producer, connection);
        connections.add(connection);
        dial = true;
      }
    }
    connection.open(input, producer);
    if (dial) {
      dial(connection, producer);
    }
  }

  private void dial(PeerConnection connection, PeerAddress peer) {
    long timeout = context.options().connectTimeout().toMillis();
    new Bootstrap()
        .group(connection.loop())
        .channel(transport.channel())
        .option(ChannelOption.ALLOCATOR, context.allocator())
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, timeout))
        .handler(initializer(connection))
        .connect(peer.host(), peer.port())
        .addListener(
            (ChannelFutureListener)
                future -> {
                  if (!future.isSuccess()) {
                    connection.failedToConnect(future.cause());
                  }
                });
  }

  private ChannelInitializer<Channel> initializer(PeerConnection connection) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        install(connection, channel);
      }
    };
  }

  private void install(PeerConnection connection, Channel channel) {
    channel.pipeline().addLast(new FrameDecoder(context.allocator(), connection), connection);
  }

  /** Gives each accepted socket a connection. */
  ChannelInitializer<Channel> acceptor() {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        accept(channel);
      }
    };
  }

  private void accept(Channel channel) {
    PeerConnection connection =
        new PeerConnection(context, this, channel.eventLoop(), Optional.empty());
    synchronized (this) {
      if (closed) {
        ChannelFuture unused = channel.close();
        return;
      }
      connections.add(connection);
    }
    install(connection, channel);
  }

  /** The peer has said where it listens. */
  synchronized void onReady(PeerConnection connection) {
    // If both dialed at once there are two connections; each serves the side that dialed it.
    connection.peer().ifPresent(peer -> peers.putIfAbsent(peer, connection));
  }

  synchronized void onClosed(PeerConnection connection) {
    connections.remove(connection);
    connection.peer().ifPresent(peer -> peers.remove(peer, connection));
  }

  /** Closes all connections on their event loops, and makes no more. */
  void close(ExchangeException cause) {
    List<PeerConnection> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(connections);
    }
    open.forEach(connection -> connection.loop().execute(() -> connection.close(cause)));
  }
}
