package io.millrace.testing.kafka;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * The child process of {@link KafkaBroker}: one node, broker and controller in one. It says READY
 * on its standard output and lives until its standard input ends, which happens when the parent
 * dies in whatever way.
 */
public final class KafkaBrokerMain {
  static final String READY = "READY";
  static final String STOP = "stop";

  private KafkaBrokerMain() {}

  /**
   * @param args the properties file; the transaction protocol's version; the directory to delete
   *     when the parent is gone, or "-"
   */
  public static void main(String[] args) throws Exception {
    PrintStream parent = System.out;
    // The broker's own prints go to the log file, which is standard error.
    System.setOut(System.err);
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(args[0]))) {
      properties.load(reader);
    }
    format(properties, Short.parseShort(args[1]));
    KafkaRaftServer server =
        new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
    Thread watch = new Thread(() -> watchParent(server, args[2]), "millrace-kafka-broker-watch");
    watch.setDaemon(true);
    watch.start();
    server.startup();
    parent.println(READY);
    parent.flush();
    server.awaitShutdown();
  }

  private static void format(Properties properties, short transactionVersion) throws Exception {
    Formatter formatter = new Formatter();
    formatter
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setClusterId(properties.getProperty("millrace.cluster.id"))
        .setNodeId(Integer.parseInt(properties.getProperty("node.id")))
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(properties.getProperty("log.dirs"))
        .addDirectory(properties.getProperty("log.dirs"))
        .setFeatureLevel("transaction.version", transactionVersion)
        .setIgnoreFormatted(true);
    formatter.run();
  }

  private static void watchParent(KafkaRaftServer server, String deleteOnOrphan) {
    boolean ordered = false;
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.equals(STOP)) {
          ordered = true;
          break;
        }
      }
    } catch (IOException e) {
      // A broken pipe means the same as its end.
    }
    if (ordered) {
      server.shutdown();
    } else if (!deleteOnOrphan.equals("-")) {
      // Nobody is left to clean up after a parent that was killed.
      BrokerDirectory.delete(Path.of(deleteOnOrphan));
    }
    Runtime.getRuntime().halt(0);
  }
}
