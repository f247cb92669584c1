package io.millrace.runtime.edge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/** Serves {@code /metrics} of a process that has no REST interface. Reads only; needs no token. */
public final class MetricsEndpoint implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService thread = NamedThreads.pool("metrics", 1);

  private MetricsEndpoint(String host, int port, Supplier<String> page) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), 0);
    server.setExecutor(thread);
    server.createContext("/", exchange -> answer(exchange, page));
  }

  /**
   * Starts serving.
   *
   * @param port 0 for a free one
   * @param page the metrics of the moment
   * @throws IOException if the port can't be bound, with the remedy
   */
  public static MetricsEndpoint start(String host, int port, Supplier<String> page)
      throws IOException {
    System.getProperties().putIfAbsent("sun.net.httpserver.nodelay", "true");
    try {
      MetricsEndpoint endpoint = new MetricsEndpoint(host, port, page);
      endpoint.server.start();
      return endpoint;
    } catch (BindException e) {
      throw new IOException(
          "Metrics port "
              + port
              + " on "
              + host
              + " can't be used ("
              + e.getMessage()
              + "): end what uses it, or set taskmanager.metrics-port to another one (0 takes a"
              + " free one)",
          e);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    thread.shutdownNow();
  }

  private static void answer(HttpExchange exchange, Supplier<String> page) throws IOException {
    try (exchange) {
      boolean found = exchange.getRequestURI().getPath().equals("/metrics");
      byte[] body =
          (found ? page.get() : "There is only /metrics here.\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(found ? 200 : 404, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
