package io.millrace.jobmanager.rest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.core.types.CorruptDataException;
import io.millrace.jobmanager.JobRequestException;
import io.millrace.jobmanager.StateQueryException;
import io.millrace.jobmanager.UnknownJobException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@link RestApi} over HTTP. Threads are {@code millrace-rest-*}; a call that waits for the
 * cluster holds none.
 */
public final class RestServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RestServer.class);
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RestSettings settings;
  private final Router router;
  private final HttpServer server;
  private final ExecutorService threads;
  private final AtomicInteger inFlight = new AtomicInteger();

  private RestServer(RestSettings settings, RestBackend backend) throws IOException {
    this.settings = settings;
    this.router = new RestApi(backend).router();
    this.server =
        HttpServer.create(
            new InetSocketAddress(RestSettings.address(settings.host()), settings.port()), 0);
    AtomicInteger count = new AtomicInteger();
    this.threads =
        Executors.newFixedThreadPool(
            settings.threads(),
            task -> {
              Thread thread = new Thread(task, "millrace-rest-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", this::serve);
  }

  /**
   * Starts serving; returns when the port is bound.
   *
   * @throws IOException if it can't be, naming port and remedy
   */
  public static RestServer start(RestSettings settings, RestBackend backend) throws IOException {
    // Read once by the JDK's server: without the first, answers wait for delayed acknowledgements;
    // without the second, a client that never finishes its request holds a thread forever.
    System.getProperties().putIfAbsent("sun.net.httpserver.nodelay", "true");
    System.getProperties().putIfAbsent("sun.net.httpserver.maxReqTime", "600");
    try {
      RestServer server = new RestServer(settings, backend);
      server.server.start();
      log.info("REST and metrics at {}", server.address());
      return server;
    } catch (BindException e) {
      throw new IOException(
          "REST port "
              + settings.port()
              + " on "
              + settings.host()
              + " can't be used ("
              + e.getMessage()
              + "): end what uses it, or set rest.port to another one (0 takes a free one)",
          e);
    }
  }

  /** Base address: {@code http://host:port}. */
  public String address() {
    String host = settings.host();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** Ends: calls in progress get a second to be answered. */
  @Override
  public void close() {
    // The JDK's own delay is waited for in full even if nothing is in flight.
    long deadline = System.nanoTime() + CLOSE_NANOS;
    while (inFlight.get() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    server.stop(0);
    threads.shutdownNow();
  }

  private void serve(HttpExchange exchange) {
    inFlight.incrementAndGet();
    CompletionStage<RestResponse> answer;
    try {
      answer = call(exchange);
    } catch (IOException | RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<RestResponse> pending = answer.toCompletableFuture().copy();
    if (!pending.isDone()) {
      pending.orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
      // The completing thread is the cluster's: it must not wait for a client that reads slowly.
      pending.whenCompleteAsync(
          (response, failure) -> answer(exchange, response, failure), threads);
    } else {
      pending.whenComplete((response, failure) -> answer(exchange, response, failure));
    }
  }

  private CompletionStage<RestResponse> call(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    boolean head = method.equals("HEAD");
    Router.Match match = router.match(head ? "GET" : method, exchange.getRequestURI().getPath());
    checkHost(exchange);
    if (match.route().guarded()) {
      checkToken(exchange);
    }
    long limit = settings.maxRequest().bytes();
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    if (length != null && Long.parseLong(length) > limit) {
      throw BoundedInputStream.tooLarge(limit);
    }
    return match
        .route()
        .handler()
        .handle(
            new RestRequest(
                match.parameters(),
                RestRequest.query(exchange.getRequestURI()),
                new BoundedInputStream(exchange.getRequestBody(), limit)));
  }

  /** A web page elsewhere must not read a loopback server through a name that it points there. */
  private void checkHost(HttpExchange exchange) {
    String host = exchange.getRequestHeaders().getFirst("Host");
    if (host == null || !server.getAddress().getAddress().isLoopbackAddress()) {
      return;
    }
    String name = host.replaceFirst(":\\d+$", "");
    if (!name.equals("localhost")
        && !name.equals("[::1]")
        && !name.matches("127(\\.\\d{1,3}){3}")
        && !name.equalsIgnoreCase(settings.host())) {
      throw new RestException(
          403, "This server is not '" + name + "'", "Use " + address() + ", as it listens there");
    }
  }

  private void checkToken(HttpExchange exchange) {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    byte[] expected = ("Bearer " + settings.token()).getBytes(StandardCharsets.UTF_8);
    if (header == null) {
      throw new RestException(
          401,
          "This call changes something, or shows a job's data, and carries no token",
          "Send 'Authorization: Bearer TOKEN'; 'millrace cluster status' names the token's file");
    }
    if (!MessageDigest.isEqual(expected, header.getBytes(StandardCharsets.UTF_8))) {
      throw new RestException(
          403,
          "The token is not this cluster's",
          "'millrace cluster status' names the token's file; each 'cluster start' makes a new one");
    }
  }

  private void answer(HttpExchange exchange, RestResponse response, Throwable failure) {
    RestResponse sent = failure == null ? response : error(exchange, failure);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", sent.contentType());
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
      if (sent.status() == 401) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      }
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(sent.status(), head ? -1 : sent.body().length);
      if (!head) {
        exchange.getResponseBody().write(sent.body());
      }
    } catch (IOException | RuntimeException e) {
      log.debug("The client went away: {}", exchange.getRequestURI(), e);
    } finally {
      inFlight.decrementAndGet();
    }
  }

  private static RestResponse error(HttpExchange exchange, Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    if (cause instanceof RestException e) {
      return RestResponse.json(e.status(), RestJson.error(message, e.remedy()));
    }
    if (cause instanceof StateQueryException e) {
      int status =
          switch (e.kind()) {
            case NOT_FOUND -> 404;
            case REFUSED -> 400;
            case NOT_NOW -> 503;
          };
      return RestResponse.json(status, RestJson.error(message, e.remedy()));
    }
    if (cause instanceof UnknownJobException) {
      return RestResponse.json(
          404, RestJson.error(message, "GET /v1/jobs (or 'millrace list') shows the jobs"));
    }
    if (cause instanceof IllegalArgumentException || cause instanceof CorruptDataException) {
      return RestResponse.json(400, RestJson.error(message, "Correct the request"));
    }
    if (cause instanceof JobRequestException) {
      return RestResponse.json(409, RestJson.error(message, ""));
    }
    if (cause instanceof IllegalStateException) {
      return RestResponse.json(
          409, RestJson.error(message, "GET /v1/jobs shows what state the job is in"));
    }
    if (cause instanceof TimeoutException) {
      return RestResponse.json(
          504,
          RestJson.error(
              "The call was not done in time; what it started goes on",
              "Look at the job's state later, or raise rest.timeout"));
    }
    log.warn("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), failure);
    return RestResponse.json(
        500, RestJson.error(message, "The JobManager's log has the whole story"));
  }
}
