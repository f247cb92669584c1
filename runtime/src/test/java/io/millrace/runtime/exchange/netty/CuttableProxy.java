package io.millrace.runtime.exchange.netty;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between two exchanges and cuts their connections. */
final class CuttableProxy implements AutoCloseable {
  private final ServerSocket server = FakePeer.listen();
  private final int target;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  CuttableProxy(int target) throws IOException {
    this.target = target;
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Cuts as a killed process does: with a reset. */
  void cut() throws IOException {
    for (Socket socket : sockets) {
      socket.setSoLinger(true, 0);
      socket.close();
    }
    sockets.clear();
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // Cut.
              }
            },
            "millrace-test-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket in = server.accept();
      Socket out = new Socket(InetAddress.getLoopbackAddress(), target);
      sockets.add(in);
      sockets.add(out);
      start(() -> copy(in.getInputStream(), out.getOutputStream()));
      start(() -> copy(out.getInputStream(), in.getOutputStream()));
    }
  }

  private static void copy(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[64 << 10];
    for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
      to.write(buffer, 0, n);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }
}
