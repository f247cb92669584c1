package io.millrace.testing.kafka;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;

/**
 * A real single-node Kafka broker (KRaft) in a child JVM, on free loopback ports with a directory
 * of its own. For tests and demonstrations: it starts in seconds, is killed and restarted at will
 * (same port, same data), and dies with the JVM that started it. Not thread-safe.
 *
 * <pre>{@code
 * try (KafkaBroker broker = KafkaBroker.start()) {
 *   broker.createTopic("bids", 4);
 *   ... broker.bootstrapServers() ...
 * }
 * }</pre>
 */
public final class KafkaBroker implements AutoCloseable {
  private static final int PORT_ATTEMPTS = 3;
  private static final int LOG_TAIL = 2_000;

  private final Builder settings;
  private final Path directory;
  private final String clusterId = Uuid.randomUuid().toString();
  private int port;
  private Process process;

  private KafkaBroker(Builder settings) throws IOException {
    this.settings = settings;
    this.directory = Files.createTempDirectory(settings.parentDirectory, "millrace-kafka-");
  }

  /** Starts a broker with the default settings; returns when it answers. */
  public static KafkaBroker start() throws IOException {
    return builder().start();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Settings of a broker to be. */
  public static final class Builder {
    private final Map<String, String> properties = new TreeMap<>();
    private final List<String> jvmOptions =
        new ArrayList<>(
            List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    private Path parentDirectory = Path.of(System.getProperty("java.io.tmpdir"));
    private Duration startTimeout = Duration.ofSeconds(90);
    private int transactionVersion = 2;
    private String classPath = System.getProperty("java.class.path");

    private Builder() {}

    /** Class path of the child; by default that of this JVM, which then must have the broker. */
    public Builder classPath(String path) {
      classPath = path;
      return this;
    }

    /** A broker property, over the defaults made for one small node. */
    public Builder property(String name, String value) {
      properties.put(name, value);
      return this;
    }

    /** A JVM option after the defaults, such as {@code -Xmx1g}. */
    public Builder jvmOption(String option) {
      jvmOptions.add(option);
      return this;
    }

    /** Where the broker's own directory is made; the system's temporary directory by default. */
    public Builder parentDirectory(Path path) {
      parentDirectory = path;
      return this;
    }

    public Builder startTimeout(Duration timeout) {
      startTimeout = timeout;
      return this;
    }

    /**
     * 2 (the default, KIP-890) or 1: how clusters from before Kafka 4.0 treat transactions.
     *
     * @param version the feature level of transaction.version
     */
    public Builder transactionVersion(int version) {
      transactionVersion = version;
      return this;
    }

    /** Starts the broker; returns when it answers, or throws with the end of its log. */
    public KafkaBroker start() throws IOException {
      KafkaBroker broker = new KafkaBroker(this);
      try {
        broker.startOnFreePorts();
        return broker;
      } catch (IOException | RuntimeException e) {
        broker.close();
        throw e;
      }
    }
  }

  /** What clients connect to: {@code 127.0.0.1:port}, the same after a restart. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** The child's handle: for its id, or to stop and continue it by signals. */
  public Process process() {
    return process;
  }

  /** The broker's log and data; deleted by {@link #close}. */
  public Path directory() {
    return directory;
  }

  public void createTopic(String name, int partitions) {
    try (Admin admin = admin()) {
      admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while creating topic " + name, e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("Can't create topic " + name, e.getCause());
    }
  }

  /** Grows a topic to this many partitions. */
  public void addPartitions(String topic, int newTotal) {
    try (Admin admin = admin()) {
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(newTotal))).all().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while growing topic " + topic, e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("Can't grow topic " + topic, e.getCause());
    }
  }

  /** A client for administration; the caller closes it. */
  public Admin admin() {
    return Admin.create(
        Map.of("bootstrap.servers", bootstrapServers(), "enable.metrics.push", "false"));
  }

  /** Kills the child as {@code kill -9} does; its data stays. */
  public void kill() {
    process.destroyForcibly();
    awaitExit(Duration.ofSeconds(30));
  }

  /** Stops the child in order; its data stays. */
  public void stop() throws IOException {
    if (!process.isAlive()) {
      return;
    }
    try (Writer in = process.outputWriter(StandardCharsets.UTF_8)) {
      in.write(KafkaBrokerMain.STOP + "\n");
    }
    awaitExit(Duration.ofSeconds(60));
  }

  /** Starts the child again after {@link #kill} or {@link #stop}: same port, same data. */
  public void restart() throws IOException {
    if (process.isAlive()) {
      throw new IllegalStateException("The broker is running: kill() or stop() it first");
    }
    launch();
  }

  /** Ends the child and deletes its directory. */
  @Override
  public void close() {
    if (process != null) {
      kill();
    }
    BrokerDirectory.delete(directory);
  }

  private void startOnFreePorts() throws IOException {
    IOException last = null;
    for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      // Another process may take a port between this look and the broker's own: then try others.
      writeProperties();
      try {
        launch();
        return;
      } catch (IOException e) {
        last = e;
        if (!String.valueOf(e.getMessage()).contains("Address already in use")) {
          break;
        }
      }
    }
    throw last;
  }

  private void writeProperties() throws IOException {
    int controllerPort;
    try (ServerSocket a = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket b = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = a.getLocalPort();
      controllerPort = b.getLocalPort();
    }
    Properties p = new Properties();
    p.setProperty("millrace.cluster.id", clusterId);
    p.setProperty("node.id", "1");
    p.setProperty("process.roles", "broker,controller");
    p.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    p.setProperty("controller.listener.names", "CONTROLLER");
    p.setProperty("inter.broker.listener.name", "PLAINTEXT");
    p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    p.setProperty(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    p.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    p.setProperty("log.dirs", directory.resolve("data").toString());
    for (String internal :
        List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
      p.setProperty(internal + ".replication.factor", "1");
      p.setProperty(internal + ".num.partitions", "4");
    }
    p.setProperty("transaction.state.log.min.isr", "1");
    p.setProperty("share.coordinator.state.topic.min.isr", "1");
    p.setProperty("group.initial.rebalance.delay.ms", "0");
    p.setProperty("auto.create.topics.enable", "false");
    // Retention goes by the records' own timestamps, and those of tests may be of years ago.
    p.setProperty("log.retention.ms", "-1");
    // A killed broker must be let back at once.
    p.setProperty("broker.session.timeout.ms", "3000");
    p.setProperty("broker.heartbeat.interval.ms", "500");
    p.setProperty("num.network.threads", "2");
    p.setProperty("num.io.threads", "4");
    p.setProperty("log.cleaner.dedupe.buffer.size", "4194304");
    p.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    settings.properties.forEach(p::setProperty);
    try (Writer out = Files.newBufferedWriter(propertiesFile())) {
      p.store(out, null);
    }
    // Only read if logback happens to be on the class path, where its default is to log everything.
    Files.writeString(
        directory.resolve("logback.xml"),
        """
        <configuration>
          <appender name="E" class="ch.qos.logback.core.ConsoleAppender"><target>System.err</target>
            <encoder><pattern>%d %p %c: %m%n</pattern></encoder></appender>
          <root level="WARN"><appender-ref ref="E"/></root>
        </configuration>
        """);
  }

  private Path propertiesFile() {
    return directory.resolve("server.properties");
  }

  private Path logFile() {
    return directory.resolve("broker.log");
  }

  private void launch() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(settings.jvmOptions);
    command.add("-Dlogback.configurationFile=" + directory.resolve("logback.xml"));
    command.add("-cp");
    command.add(settings.classPath);
    command.add(KafkaBrokerMain.class.getName());
    command.add(propertiesFile().toString());
    command.add(Integer.toString(settings.transactionVersion));
    command.add(directory.toString());
    process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
            .start();
    awaitReady();
  }

  private void awaitReady() throws IOException {
    CompletableFuture<Boolean> ready = new CompletableFuture<>();
    Process child = process;
    Thread reader = new Thread(() -> drain(child, ready), "millrace-kafka-broker-output");
    reader.setDaemon(true);
    reader.start();
    try {
      if (ready.get(settings.startTimeout.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
      throw new IOException("Interrupted while the Kafka broker was starting", e);
    } catch (TimeoutException | ExecutionException e) {
      // Told below, with the log.
    }
    kill();
    throw new IOException(
        "The Kafka broker did not start within "
            + settings.startTimeout.toSeconds()
            + " s. The end of its log "
            + logFile()
            + ":\n"
            + logTail());
  }

  private static void drain(Process child, CompletableFuture<Boolean> ready) {
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.equals(KafkaBrokerMain.READY)) {
          ready.complete(true);
        }
      }
    } catch (IOException e) {
      // The child is gone.
    }
    ready.complete(false);
  }

  private String logTail() throws IOException {
    String log = Files.exists(logFile()) ? Files.readString(logFile()) : "";
    return log.substring(Math.max(0, log.length() - LOG_TAIL));
  }

  private void awaitExit(Duration timeout) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (true) {
        try {
          if (process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            return;
          }
          throw new IllegalStateException("The broker's process did not end: " + process.pid());
        } catch (InterruptedException e) {
          // Leaving a broker behind would be worse than being late.
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
