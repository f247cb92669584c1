package io.millrace.runtime.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.edge.NamedThreads;
import io.millrace.runtime.id.LeaderEpoch;
import io.millrace.runtime.rpc.proto.ControlGrpc;
import io.millrace.runtime.rpc.proto.ControlProto;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A TaskManager's link to its JobManager over gRPC. Runs threads {@code millrace-rpc-*}. */
public final class GrpcJobManagerLink implements JobManagerLink {
  private final String target;
  private final EventLoopGroup eventLoop = new NioEventLoopGroup(1, NamedThreads.factory("rpc-io"));
  private final ExecutorService calls = NamedThreads.pool("rpc", 2);
  private final ClientInterceptor credentials;
  private final String host;
  private final int port;

  /** Of the latest connection. Each has its own: one that failed would remember it for a while. */
  private volatile Optional<ManagedChannel> latest = Optional.empty();

  /** The newest leader heard of, 0 for none; grows only. */
  private final AtomicLong epoch = new AtomicLong();

  /**
   * @param token of the cluster; empty if it asks for none
   */
  public GrpcJobManagerLink(String host, int port, Build build, Optional<String> token) {
    this.target = host + ":" + port;
    this.host = host;
    this.port = port;
    this.credentials = new Credentials(build, token);
  }

  private ManagedChannel newChannel() {
    return NettyChannelBuilder.forAddress(host, port)
        .usePlaintext()
        .eventLoopGroup(eventLoop)
        .channelType(NioSocketChannel.class)
        .executor(calls)
        .maxInboundMessageSize(GrpcControlServer.MAX_MESSAGE_BYTES)
        .intercept(credentials)
        .build();
  }

  @Override
  public String target() {
    return "JobManager " + target;
  }

  @Override
  public Session open(ToJobManager.Register register, Listener listener) {
    ManagedChannel channel = newChannel();
    latest = Optional.of(channel);
    ClientSession session = new ClientSession(channel, register, listener);
    if (!session.connect()) {
      throw new IllegalStateException("A new session cannot be closed yet");
    }
    return session;
  }

  @Override
  public void fetchBlob(String key, OutputStream destination) throws IOException {
    try {
      Iterator<ControlProto.BlobPiece> pieces =
          ControlGrpc.newBlockingStub(
                  latest.orElseThrow(() -> new IOException("Not connected to " + target())))
              .fetchBlob(ControlProto.BlobRequest.newBuilder().setKey(key).build());
      while (pieces.hasNext()) {
        pieces.next().getBytes().writeTo(destination);
      }
    } catch (StatusRuntimeException e) {
      throw new IOException(
          "Blob " + key + " could not be fetched from " + target() + ": " + describe(e.getStatus()),
          e);
    }
  }

  /** Ends the connections and the threads. */
  @Override
  public void close() {
    if (latest.isPresent()) {
      ManagedChannel channel = latest.get();
      channel.shutdownNow();
      try {
        channel.awaitTermination(1, TimeUnit.SECONDS); // the listener hears of it
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    calls.shutdown();
    eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private static String describe(Status status) {
    String description = Optional.ofNullable(status.getDescription()).orElse("");
    String cause = status.getCause() == null ? "" : status.getCause().getMessage();
    return (description.isEmpty() ? status.getCode().name() : description)
        + (cause == null || cause.isEmpty() ? "" : " (" + cause + ")");
  }

  /** One stream; a second one if the first told which epoch the leader has. */
  private final class ClientSession implements Session {
    private final ManagedChannel channel;
    private final ToJobManager.Register register;
    private final Listener listener;

    /** Guards {@link #stream}, which takes one call at a time, and {@link #over}. */
    private final Object sending = new Object();

    private Optional<ClientCallStreamObserver<ControlProto.Up>> stream = Optional.empty();
    private boolean over;

    ClientSession(ManagedChannel channel, ToJobManager.Register register, Listener listener) {
      this.channel = channel;
      this.register = register;
      this.listener = listener;
    }

    /** False if the session was closed in the meantime. */
    boolean connect() {
      synchronized (sending) {
        if (over) {
          return false;
        }
        Answers answers = new Answers();
        ControlGrpc.newStub(channel).connect(answers);
        answers.requests.onNext(ControlCodec.toProto(register));
        stream = Optional.of(answers.requests);
        return true;
      }
    }

    @Override
    public void send(ToJobManager message) {
      ControlProto.Up up = ControlCodec.toProto(message);
      synchronized (sending) {
        if (!over && stream.isPresent()) {
          stream.get().onNext(up);
        }
      }
    }

    @Override
    public void close(String reason) {
      synchronized (sending) {
        over = true;
        stream.ifPresent(requests -> requests.cancel(reason, null));
        stream = Optional.empty();
      }
    }

    private void lost(Throwable error) {
      Metadata trailers =
          Optional.ofNullable(Status.trailersFromThrowable(error)).orElseGet(Metadata::new);
      String refusal = Optional.ofNullable(trailers.get(Fencing.REFUSAL)).orElse("");
      boolean again;
      synchronized (sending) {
        stream = Optional.empty();
        again = !over && refusal.equals(Fencing.STALE_EPOCH) && learn(trailers);
        over = !again;
      }
      if (again && connect()) {
        return;
      }
      channel.shutdown();
      listener.lost(
          new Loss(refusal.equals(Fencing.PERMANENT), describe(Status.fromThrowable(error))));
    }

    /** Whether the refusal names a newer leader than was known: then another try makes sense. */
    private boolean learn(Metadata trailers) {
      long theirs = parse(trailers.get(Fencing.EPOCH));
      long known = epoch.getAndUpdate(current -> Math.max(current, theirs));
      return theirs > known;
    }

    private final class Answers
        implements ClientResponseObserver<ControlProto.Up, ControlProto.Down> {
      private ClientCallStreamObserver<ControlProto.Up> requests;
      private boolean registered;

      @Override
      public void beforeStart(ClientCallStreamObserver<ControlProto.Up> call) {
        requests = call;
      }

      @Override
      public void onNext(ControlProto.Down down) {
        try {
          switch (down.getKindCase()) {
            case REGISTERED -> registered(down.getRegistered());
            case PING -> listener.pinged();
            default -> {
              if (!registered) {
                throw new CorruptDataException("A message before the registration's answer");
              }
              listener.received(ControlCodec.fromProto(down));
            }
          }
        } catch (CorruptDataException e) {
          close("The JobManager sent a corrupt message: " + e.getMessage());
        }
      }

      private void registered(ControlProto.Down.Registered answer) {
        registered = true;
        listener.registered(
            new Registration(
                new LeaderEpoch(answer.getEpoch()),
                GraphMessages.decode(answer.getHeartbeatInterval()),
                GraphMessages.decode(answer.getHeartbeatTimeout())));
      }

      @Override
      public void onError(Throwable error) {
        lost(error);
      }

      @Override
      public void onCompleted() {
        lost(
            Status.UNAVAILABLE
                .withDescription("the JobManager ended the connection")
                .asRuntimeException());
      }
    }
  }

  private static long parse(String epoch) {
    try {
      return epoch == null ? 0 : Long.parseLong(epoch);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Marks calls with build, token and epoch, and refuses answers of a former leader (HB1). */
  private final class Credentials implements ClientInterceptor {
    private final Build build;
    private final Optional<String> token;

    Credentials(Build build, Optional<String> token) {
      this.build = build;
      this.token = token;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<A> answers, Metadata headers) {
          long spokenTo = epoch.get();
          headers.put(Fencing.BUILD, build.toString());
          headers.put(Fencing.EPOCH, Long.toString(spokenTo));
          token.ifPresent(t -> headers.put(Fencing.TOKEN, t));
          super.start(
              new SimpleForwardingClientCallListener<>(answers) {
                @Override
                public void onHeaders(Metadata answer) {
                  long theirs = parse(answer.get(Fencing.EPOCH));
                  if (theirs != spokenTo) {
                    cancel(
                        "An answer of leader epoch " + theirs + " to a call for " + spokenTo, null);
                    return;
                  }
                  super.onHeaders(answer);
                }
              },
              headers);
        }
      };
    }
  }
}
