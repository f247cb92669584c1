package io.millrace.runtime.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.edge.NamedThreads;
import io.millrace.runtime.rpc.proto.ControlGrpc;
import io.millrace.runtime.rpc.proto.ControlProto;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the control plane of one JobManager. Runs threads {@code millrace-rpc-*}. */
public final class GrpcControlServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GrpcControlServer.class);

  /** A deployment lists a file section per key group and operator to restore. */
  static final int MAX_MESSAGE_BYTES = 256 << 20;

  static final int BLOB_PIECE_BYTES = 256 << 10;

  private final TaskManagerGate gate;
  private final EventLoopGroup eventLoops =
      new NioEventLoopGroup(1, NamedThreads.factory("rpc-io"));
  private final ExecutorService calls = NamedThreads.pool("rpc", 4);
  private final ExecutorService blobs = NamedThreads.pool("rpc-blob", 4);
  private final Server server;

  private GrpcControlServer(
      TaskManagerGate gate, InetSocketAddress bind, Build build, Optional<String> token) {
    this.gate = gate;
    this.server =
        NettyServerBuilder.forAddress(bind)
            .bossEventLoopGroup(eventLoops)
            .workerEventLoopGroup(eventLoops)
            .channelType(NioServerSocketChannel.class)
            .executor(calls)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .intercept(new FencingInterceptor(gate.epoch(), build, token))
            .addService(new Service())
            .build();
  }

  /**
   * Binds and serves.
   *
   * @param bind port 0 for any free one
   * @param token that callers must show; empty if anybody may call
   * @throws IOException if the port is taken, naming it and the option
   */
  public static GrpcControlServer start(
      TaskManagerGate gate, InetSocketAddress bind, Build build, Optional<String> token)
      throws IOException {
    GrpcControlServer control = new GrpcControlServer(gate, bind, build, token);
    try {
      control.server.start();
    } catch (IOException e) {
      control.close();
      throw new IOException(
          "The control plane cannot listen on "
              + bind.getHostString()
              + ":"
              + bind.getPort()
              + " ("
              + (e.getCause() == null ? e : e.getCause()).getMessage()
              + "): is another JobManager running? Set jobmanager.rpc-port to a free port",
          e);
    }
    return control;
  }

  public int port() {
    return server.getPort();
  }

  /** Ends every connection and frees the port. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(1, TimeUnit.SECONDS); // the gate hears of it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    calls.shutdown();
    blobs.shutdownNow();
    eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private final class Service extends ControlGrpc.ControlImplBase {
    @Override
    public StreamObserver<ControlProto.Up> connect(StreamObserver<ControlProto.Down> answers) {
      return new ServerConnection(gate, (ServerCallStreamObserver<ControlProto.Down>) answers);
    }

    @Override
    public void fetchBlob(
        ControlProto.BlobRequest request, StreamObserver<ControlProto.BlobPiece> answers) {
      BlobPieces pieces =
          new BlobPieces((ServerCallStreamObserver<ControlProto.BlobPiece>) answers);
      blobs.execute(
          () -> {
            try {
              gate.copyBlob(request.getKey(), pieces);
              pieces.finish();
            } catch (NoSuchFileException | IllegalArgumentException e) {
              pieces.fail(
                  Status.NOT_FOUND.withDescription("There is no blob '" + request.getKey() + "'"));
            } catch (IOException | RuntimeException e) {
              LOG.warn("Could not send blob {}", request.getKey(), e);
              pieces.fail(
                  Status.UNAVAILABLE.withDescription(
                      "Blob '" + request.getKey() + "' could not be read: " + e.getMessage()));
            }
          });
    }
  }

  /** One TaskManager's stream. gRPC calls it one call at a time. */
  private static final class ServerConnection
      implements StreamObserver<ControlProto.Up>, TaskManagerGate.Connection {
    private final TaskManagerGate gate;
    private final ServerCallStreamObserver<ControlProto.Down> answers;

    /** Guards {@link #answers}, which takes one call at a time, and {@link #ended}. */
    private final Object sending = new Object();

    private boolean ended;

    /** Owned by the incoming side. */
    private Optional<TaskManagerGate.Incoming> incoming = Optional.empty();

    ServerConnection(TaskManagerGate gate, ServerCallStreamObserver<ControlProto.Down> answers) {
      this.gate = gate;
      this.answers = answers;
      answers.setOnCancelHandler(() -> incomingEnded("the connection was reset", false));
      answers.setOnCloseHandler(() -> incomingEnded("the connection was closed", false));
    }

    @Override
    public void onNext(ControlProto.Up up) {
      ToJobManager message;
      try {
        message = ControlCodec.fromProto(up);
      } catch (CorruptDataException e) {
        fail(Status.INVALID_ARGUMENT.withDescription(e.getMessage()), Fencing.TRANSIENT);
        incomingEnded("it sent a corrupt message: " + e.getMessage(), false);
        return;
      }
      if (incoming.isPresent()) {
        incoming.get().received(message);
      } else if (message instanceof ToJobManager.Register register) {
        register(register);
      } else {
        fail(Status.FAILED_PRECONDITION.withDescription("Register first"), Fencing.TRANSIENT);
      }
    }

    private void register(ToJobManager.Register register) {
      try {
        gate.admit(register);
      } catch (TaskManagerGate.RefusedException e) {
        fail(
            Status.FAILED_PRECONDITION.withDescription(e.getMessage()),
            e.permanent() ? Fencing.PERMANENT : Fencing.TRANSIENT);
        return;
      }
      JobManagerLink.Registration registration = gate.registration();
      ControlProto.Down.Builder answer = ControlProto.Down.newBuilder();
      answer
          .getRegisteredBuilder()
          .setEpoch(registration.epoch().value())
          .setHeartbeatInterval(GraphMessages.encode(registration.heartbeatInterval()))
          .setHeartbeatTimeout(GraphMessages.encode(registration.heartbeatTimeout()));
      write(answer.build());
      incoming = Optional.of(gate.register(register, this));
    }

    @Override
    public void onError(Throwable error) {
      incomingEnded("the connection broke: " + error.getMessage(), false);
    }

    @Override
    public void onCompleted() {
      synchronized (sending) {
        if (!ended) {
          ended = true;
          answers.onCompleted();
        }
      }
      incomingEnded("it said goodbye", true);
    }

    @Override
    public void send(ToTaskManager message) {
      write(ControlCodec.toProto(message));
    }

    @Override
    public void ping() {
      write(
          ControlProto.Down.newBuilder()
              .setPing(ControlProto.Down.Ping.getDefaultInstance())
              .build());
    }

    @Override
    public void close(String reason) {
      fail(Status.UNAVAILABLE.withDescription(reason), Fencing.TRANSIENT);
    }

    private void write(ControlProto.Down message) {
      synchronized (sending) {
        if (ended || answers.isCancelled()) {
          return;
        }
        try {
          answers.onNext(message);
        } catch (StatusRuntimeException | IllegalStateException | RejectedExecutionException e) {
          // Cancelled between the check and the write, or the server is closed; the incoming side
          // hears of it.
          ended = true;
        }
      }
    }

    private void fail(Status status, String refusal) {
      synchronized (sending) {
        if (!ended) {
          ended = true;
          Metadata trailers = new Metadata();
          trailers.put(Fencing.REFUSAL, refusal);
          trailers.put(Fencing.EPOCH, gate.epoch().toString());
          try {
            answers.onError(status.asRuntimeException(trailers));
          } catch (IllegalStateException | RejectedExecutionException e) {
            LOG.debug("The server was closed before the connection", e);
          }
        }
      }
    }

    private void incomingEnded(String reason, boolean orderly) {
      synchronized (sending) {
        ended = true;
      }
      incoming.ifPresent(i -> i.closed(reason, orderly));
      incoming = Optional.empty();
    }
  }

  /** Sends a blob no faster than the receiver takes it. */
  private static final class BlobPieces extends OutputStream {
    private final ServerCallStreamObserver<ControlProto.BlobPiece> answers;
    private final byte[] buffer = new byte[BLOB_PIECE_BYTES];
    private final Object readiness = new Object();
    private int filled;

    BlobPieces(ServerCallStreamObserver<ControlProto.BlobPiece> answers) {
      this.answers = answers;
      answers.setOnReadyHandler(this::wake);
      answers.setOnCancelHandler(this::wake);
    }

    private void wake() {
      synchronized (readiness) {
        readiness.notifyAll();
      }
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int at = offset;
      int left = length;
      while (left > 0) {
        int n = Math.min(left, buffer.length - filled);
        System.arraycopy(bytes, at, buffer, filled, n);
        filled += n;
        at += n;
        left -= n;
        if (filled == buffer.length) {
          flushPiece();
        }
      }
    }

    private void flushPiece() throws IOException {
      synchronized (readiness) {
        while (!answers.isReady() && !answers.isCancelled()) {
          try {
            readiness.wait(1_000);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while sending a blob", e);
          }
        }
      }
      if (answers.isCancelled()) {
        throw new IOException("The receiver of the blob is gone");
      }
      ByteString piece = UnsafeByteOperations.unsafeWrap(Arrays.copyOf(buffer, filled));
      answers.onNext(ControlProto.BlobPiece.newBuilder().setBytes(piece).build());
      filled = 0;
    }

    void finish() throws IOException {
      if (filled > 0) {
        flushPiece();
      }
      answers.onCompleted();
    }

    void fail(Status status) {
      if (!answers.isCancelled()) {
        answers.onError(status.asRuntimeException());
      }
    }
  }
}
