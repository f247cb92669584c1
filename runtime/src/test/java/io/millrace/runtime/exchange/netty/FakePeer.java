package io.millrace.runtime.exchange.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;

/** A peer on a plain socket that says what a test wants. */
final class FakePeer implements AutoCloseable {
  static final UnpooledByteBufAllocator MEMORY = UnpooledByteBufAllocator.DEFAULT;
  private final Socket socket;
  private final DataInputStream in;

  private FakePeer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
  }

  static FakePeer dial(int port) throws IOException {
    return new FakePeer(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  static FakePeer accept(ServerSocket server) throws IOException {
    return new FakePeer(server.accept());
  }

  static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  static WireFormat.Hello hello(int port) {
    return new WireFormat.Hello(TwoProcesses.OPTIONS.identity(), "127.0.0.1", port);
  }

  static byte[] bytes(ByteBuf frame) {
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    frame.release();
    return bytes;
  }

  void send(ByteBuf frame) throws IOException {
    sendBytes(bytes(frame));
  }

  void sendBytes(byte[] bytes) throws IOException {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    } catch (SocketException e) {
      // The other side has hung up: the test looks at what it says of that.
    }
  }

  /** A sequenced frame as a producer sends it. */
  void send(ByteBuf frame, int channel, int sequence) throws IOException {
    WireFormat.stamp(frame, channel, sequence, 0);
    send(frame);
  }

  /** The body of the next frame, which must be of the type. */
  ByteBuf receive(byte type) throws IOException {
    int length = in.readInt();
    byte actual = in.readByte();
    byte[] body = new byte[length - 1];
    in.readFully(body);
    if (actual != type) {
      throw new IOException("Type " + actual + ", not " + type);
    }
    return Unpooled.wrappedBuffer(body);
  }

  /** Greets as the one that was dialed and takes the first request. */
  WireFormat.OpenRequest greetAndTakeRequest(int ownPort) throws IOException {
    receive(WireFormat.HELLO);
    send(WireFormat.hello(MEMORY, hello(ownPort)));
    return WireFormat.readOpen(receive(WireFormat.OPEN));
  }

  /** Reads until the other side closes. */
  void awaitEnd() throws IOException {
    byte[] sink = new byte[4096];
    try {
      while (in.read(sink) >= 0) {
        // Whatever it still says.
      }
    } catch (SocketException e) {
      // A reset is an end as well.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
