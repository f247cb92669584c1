package io.millrace.connectors.kafka;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Where a cluster is and with what client properties it is reached; makes clients' configurations
 * and says clearly when the cluster can't be used.
 *
 * @param bootstrapServers as in Kafka's {@code bootstrap.servers}
 * @param properties the user's own client properties, over ours
 */
record KafkaConnection(String bootstrapServers, TreeMap<String, String> properties)
    implements Serializable {
  private static final String REACH_TIMEOUT_PROPERTY = "default.api.timeout.ms";
  private static final Duration REACH_TIMEOUT = Duration.ofSeconds(15);

  private static final int NAMES_SHOWN = 5;

  /** How long to try before saying that the cluster can't be reached. */
  Duration reachTimeout() {
    return Duration.ofMillis(
        Long.parseLong(
            properties.getOrDefault(
                REACH_TIMEOUT_PROPERTY, Long.toString(REACH_TIMEOUT.toMillis()))));
  }

  /** Configuration of one client: defaults, then the user's properties, then what must be. */
  Properties client(TreeMap<String, String> defaults, TreeMap<String, String> forced) {
    Properties result = new Properties();
    // Clients in subtasks come and go by the dozen: no JMX beans, no telemetry connections.
    result.setProperty("metric.reporters", "");
    result.setProperty("enable.metrics.push", "false");
    defaults.forEach(result::setProperty);
    properties.forEach(result::setProperty);
    forced.forEach(result::setProperty);
    result.setProperty("bootstrap.servers", bootstrapServers);
    return result;
  }

  /** Unique among the clients of all jobs, and telling in the broker's logs. */
  static String clientId(String role, String jobName, int subtask) {
    return "millrace-"
        + role
        + "-"
        + jobName.replaceAll("[^a-zA-Z0-9._-]", "_")
        + "-"
        + subtask
        + "-"
        + Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
  }

  /** An administration client that gives up after {@link #reachTimeout}. Does not connect yet. */
  Admin admin() {
    Properties config = new Properties();
    config.setProperty("metric.reporters", "");
    config.setProperty("enable.metrics.push", "false");
    properties.forEach(config::setProperty);
    config.setProperty("bootstrap.servers", bootstrapServers);
    config.setProperty(REACH_TIMEOUT_PROPERTY, Long.toString(reachTimeout().toMillis()));
    config.setProperty("request.timeout.ms", Long.toString(reachTimeout().toMillis() / 2));
    try {
      return Admin.create(config);
    } catch (KafkaException e) {
      throw unusable("make a client for", e);
    }
  }

  /** Waits for an administrative answer; the failure is one that a user can act on. */
  <T> T await(String purpose, KafkaFuture<T> answer) throws InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException k
          ? unusable(purpose, k)
          : new KafkaConnectorException("Can't " + purpose + " Kafka", e.getCause());
    }
  }

  /** Runs a client call that throws Kafka's own exceptions. */
  <T> T call(String purpose, Callable<T> call) throws Exception {
    try {
      return call.call();
    } catch (KafkaException e) {
      throw unusable(purpose, e);
    }
  }

  KafkaConnectorException unusable(String purpose, KafkaException e) {
    if (e instanceof TimeoutException) {
      return new KafkaConnectorException(
          "Can't "
              + purpose
              + " Kafka at "
              + bootstrapServers
              + " (bootstrap servers): it did not answer within "
              + reachTimeout().toSeconds()
              + " s. Check the address, that the broker runs, and that its advertised.listeners can be"
              + " reached from here",
          e);
    }
    if (e instanceof AuthenticationException || e instanceof AuthorizationException) {
      return new KafkaConnectorException(
          "Kafka at "
              + bootstrapServers
              + " refused to "
              + purpose
              + ": "
              + e.getMessage()
              + ". Check the client's security properties and the ACLs",
          e);
    }
    String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    return new KafkaConnectorException(
        "Can't " + purpose + " Kafka at " + bootstrapServers + " (bootstrap servers): " + reason,
        e);
  }

  KafkaConnectorException missingTopics(
      Collection<String> missing, Collection<String> existing, String role) {
    StringBuilder message = new StringBuilder();
    for (String topic : missing) {
      message
          .append(message.isEmpty() ? "" : "; ")
          .append(role)
          .append(" topic '")
          .append(topic)
          .append("' does not exist at ")
          .append(bootstrapServers);
      List<String> near = new ArrayList<>(existing);
      near.removeIf(name -> name.startsWith("__"));
      near.sort(
          Comparator.comparingInt((String name) -> distance(topic, name))
              .thenComparing(Comparator.naturalOrder()));
      if (near.isEmpty()) {
        message.append(", which has no topics");
      } else {
        message.append(". Did you mean '").append(near.get(0)).append("'?");
        if (near.size() > 1) {
          message
              .append(" There are also ")
              .append(near.subList(1, Math.min(near.size(), NAMES_SHOWN)));
        }
      }
    }
    return KafkaConnectorException.permanent(
        message + ". Create the topic, or correct its name", null);
  }

  /** How many letters must be changed, added or dropped to make one name the other. */
  private static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = above[0];
      above[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = above[j];
        above[j] = Math.min(changed, 1 + Math.min(above[j], above[j - 1]));
      }
    }
    return above[b.length()];
  }
}
