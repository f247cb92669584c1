package io.millrace.testing.s3;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A server of the S3 protocol (s3proxy over a directory) in a child JVM, on a free loopback port.
 * For tests: it checks signatures, is killed and restarted at will (same port, same data), and ends
 * with {@link #close}. Not thread-safe.
 */
public final class S3Server implements AutoCloseable {
  private static final Pattern STARTED = Pattern.compile(".*ServerConnector@.*:(\\d+)}.*");
  private static final String MAIN = "org.gaul.s3proxy.Main";
  private static final int LOG_LINES = 30;
  private static final int START_SECONDS = 90;

  private final Path directory;
  private final String accessKey;
  private final String secretKey;
  private int port;
  private Process process;

  private S3Server(Path directory) {
    this.directory = directory;
    // Long enough to be found by chance nowhere; no secret of anybody.
    this.accessKey = "TESTKEY" + Long.toHexString(directory.hashCode() & 0xffffffffL);
    this.secretKey = "test-secret/" + directory.getFileName() + "+of-nobody";
  }

  /** Starts a server with no buckets; returns when it takes requests. */
  public static S3Server start() throws IOException {
    S3Server server = new S3Server(Files.createTempDirectory("millrace-s3-"));
    boolean up = false;
    try {
      Files.createDirectories(server.data());
      server.launch();
      up = true;
      return server;
    } finally {
      if (!up) {
        server.close();
      }
    }
  }

  /** Address for clients, which must name buckets in paths. */
  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  public String accessKey() {
    return accessKey;
  }

  public String secretKey() {
    return secretKey;
  }

  public void createBucket(String name) throws IOException {
    Files.createDirectories(bucket(name));
  }

  /** The directory that is a bucket: each file in it is an object. */
  public Path bucket(String name) {
    return data().resolve(name);
  }

  /** A file with the keys in AWS's form. */
  public Path credentialsFile() throws IOException {
    return credentialsFile("credentials", accessKey, secretKey);
  }

  /** The same with other keys than the server knows. */
  public Path credentialsFile(String name, String key, String secret) throws IOException {
    return Files.writeString(
        directory.resolve(name),
        "[default]\naws_access_key_id = " + key + "\naws_secret_access_key = " + secret + "\n");
  }

  /** Kills the child as {@code kill -9} does; its data stays. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Starts the child again after {@link #kill}: same port, same data. */
  public void restart() throws IOException {
    launch();
  }

  /** Ends the child and deletes what it has. */
  @Override
  public void close() throws IOException {
    if (process != null) {
      kill();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private Path data() {
    return directory.resolve("data");
  }

  private void launch() throws IOException {
    Path properties =
        Files.writeString(
            directory.resolve("s3proxy.properties"),
            String.join(
                "\n",
                "s3proxy.endpoint=http://127.0.0.1:" + port,
                "s3proxy.authorization=aws-v4",
                "s3proxy.identity=" + accessKey,
                "s3proxy.credential=" + secretKey,
                "jclouds.provider=filesystem-nio2",
                "jclouds.filesystem.basedir=" + data(),
                ""));
    Path logback =
        Files.writeString(
            directory.resolve("logback.xml"),
            """
            <configuration>
              <appender name="O" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%d %p %c: %m%n</pattern></encoder></appender>
              <root level="INFO"><appender-ref ref="O"/></root>
            </configuration>
            """);
    process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx192m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xshare:auto",
                    "-Dlogback.configurationFile=" + logback,
                    "-cp",
                    classPath(),
                    MAIN,
                    "--properties",
                    properties.toString()))
            .redirectErrorStream(true)
            .start();
    // So that it ends with this JVM, however that ends but by kill -9.
    Process child = process;
    Runtime.getRuntime().addShutdownHook(new Thread(child::destroyForcibly, "millrace-s3-end"));
    port = awaitPort(child);
  }

  private static String classPath() throws IOException {
    try (InputStream in = S3Server.class.getResourceAsStream("server.classpath")) {
      if (in == null) {
        throw new IOException("The build has not written server.classpath: build testing-s3 anew");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  private int awaitPort(Process child) throws IOException {
    CompletableFuture<Integer> started = new CompletableFuture<>();
    Deque<String> log = new ArrayDeque<>();
    Thread reader = new Thread(() -> drain(child, started, log), "millrace-s3-output");
    reader.setDaemon(true);
    reader.start();
    try {
      return started.get(START_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while the S3 server was starting", e);
    } catch (TimeoutException | ExecutionException e) {
      kill();
      synchronized (log) {
        throw new IOException("The S3 server did not start:\n" + String.join("\n", log), e);
      }
    }
  }

  private static void drain(Process child, CompletableFuture<Integer> started, Deque<String> log) {
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        synchronized (log) {
          log.add(line);
          if (log.size() > LOG_LINES) {
            log.remove();
          }
        }
        Matcher matcher = STARTED.matcher(line);
        if (line.contains("Started") && matcher.matches()) {
          started.complete(Integer.parseInt(matcher.group(1)));
        }
      }
    } catch (IOException e) {
      // The child is gone.
    }
    started.completeExceptionally(new IOException("its process has ended"));
  }
}
