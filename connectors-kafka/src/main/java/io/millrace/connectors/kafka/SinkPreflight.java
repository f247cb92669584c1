package io.millrace.connectors.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a sink looks at before its first record: that the cluster answers, that the topic is there,
 * what transactions the broker allows, and which of former attempts are still open. Every call
 * blocks.
 */
final class SinkPreflight implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SinkPreflight.class);
  private static final Duration BROKER_DEFAULT = Duration.ofMinutes(15);

  /** No transaction is open in these. */
  private static final Set<TransactionState> SETTLED =
      Set.of(
          TransactionState.EMPTY,
          TransactionState.COMPLETE_COMMIT,
          TransactionState.COMPLETE_ABORT);

  private final KafkaConnection connection;
  private final Admin admin;

  SinkPreflight(KafkaConnection connection) {
    this.connection = connection;
    this.admin = connection.admin();
  }

  /** The broker's settings; empty if this client may not see them. */
  private Optional<Config> brokerConfig() throws InterruptedException {
    Collection<Node> nodes =
        connection.await("describe the cluster of", admin.describeCluster().nodes());
    ConfigResource broker =
        new ConfigResource(ConfigResource.Type.BROKER, nodes.iterator().next().idString());
    try {
      return Optional.of(admin.describeConfigs(List.of(broker)).values().get(broker).get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException) {
        LOG.warn(
            "The settings of the broker at {} can't be seen ({}); {} is taken for its default, {}",
            connection.bootstrapServers(),
            e.getCause().getMessage(),
            TransactionTimeout.BROKER_LIMIT,
            BROKER_DEFAULT);
        return Optional.empty();
      }
      throw new KafkaConnectorException(
          "Can't read the settings of Kafka at " + connection.bootstrapServers(), e.getCause());
    }
  }

  /** The longest transaction that the broker allows. */
  Duration transactionLimit() throws InterruptedException {
    return brokerConfig()
        .flatMap(config -> Optional.ofNullable(config.get(TransactionTimeout.BROKER_LIMIT)))
        .map(ConfigEntry::value)
        .map(Long::parseLong)
        .map(Duration::ofMillis)
        .orElse(BROKER_DEFAULT);
  }

  /** Refuses a missing topic, unless the broker would make it. */
  void requireTopic(String topic) throws InterruptedException {
    Set<String> existing = connection.await("list the topics of", admin.listTopics().names());
    if (existing.contains(topic)) {
      return;
    }
    boolean made =
        brokerConfig()
            .flatMap(config -> Optional.ofNullable(config.get("auto.create.topics.enable")))
            .map(entry -> Boolean.parseBoolean(entry.value()))
            .orElse(true);
    if (!made) {
      throw connection.missingTopics(List.of(topic), existing, "Sink");
    }
  }

  /**
   * Ends what former attempts have left open and this subtask owns, and keeps their producers, if
   * any still lives, from ever writing again (K4, K5). Ids without an open transaction are fenced
   * too: a producer that was paused could open one that nobody would end. This attempt's own ids
   * and those of later attempts are never touched: a TaskManager that was paused may come here when
   * a later attempt has prepared transactions already.
   */
  void abortLingering(TransactionIds ids, int subtask, int parallelism, Set<String> recovered)
      throws InterruptedException {
    List<TransactionIds.Listed> listed =
        list(ids).stream()
            .map(l -> new TransactionIds.Listed(l.transactionalId(), SETTLED.contains(l.state())))
            .toList();
    List<String> lingering = ids.lingering(listed, subtask, parallelism, recovered);
    if (!lingering.isEmpty()) {
      LOG.info("Subtask {} ends the transactions {} of former attempts", subtask, lingering);
      // A call for each: within one call the client asks for one id after another, and an abort
      // that takes a moment makes it back off for all of them.
      List<KafkaFuture<Void>> fences = new ArrayList<>();
      lingering.forEach(id -> fences.add(admin.fenceProducers(List.of(id)).all()));
      connection.await(
          "end the transactions " + lingering + " at",
          KafkaFuture.allOf(fences.toArray(new KafkaFuture<?>[0])));
    }
  }

  private Collection<TransactionListing> list(TransactionIds ids) throws InterruptedException {
    try {
      return admin
          .listTransactions(
              new ListTransactionsOptions().filterOnTransactionalIdPattern(ids.brokerPattern()))
          .all()
          .get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnsupportedVersionException) {
        // Brokers before 4.1 can't filter by name.
        return connection.await("list the transactions of", admin.listTransactions().all());
      }
      throw new KafkaConnectorException(
          "Can't list the transactions of Kafka at "
              + connection.bootstrapServers()
              + ": "
              + e.getCause().getMessage()
              + ". Exactly-once sinks need Kafka 3.0 or newer and the permission to describe their"
              + " transactional ids",
          e.getCause());
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
