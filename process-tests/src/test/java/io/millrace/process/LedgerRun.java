package io.millrace.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.run.JobJar;
import io.millrace.client.run.Program;
import io.millrace.client.run.Submission;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.TaskManagerView;
import io.millrace.runtime.id.JobId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** One run of the ledger job on topics of its own: fed step by step, judged at the end. */
final class LedgerRun implements AutoCloseable {
  private final FaultyCluster cluster;
  private final int bids;
  private final String input;
  private final KafkaProducer<byte[], String> producer;
  private final Ledger ledger;
  private final List<String> arguments;
  private JobId job;
  private int fed;

  LedgerRun(FaultyCluster cluster, int bids) {
    this(cluster, bids, "heap");
  }

  LedgerRun(FaultyCluster cluster, int bids, String backend) {
    this.cluster = cluster;
    this.bids = bids;
    cluster.awaitWhole();
    int run = cluster.nextRun();
    String servers = cluster.broker().bootstrapServers();
    this.input = "bids-" + run;
    cluster.broker().createTopic(input, Bids.PARTITIONS);
    cluster.broker().createTopic("hot-" + run, 1);
    cluster.broker().createTopic("ledger-" + run, Bids.PARTITIONS);
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers, "linger.ms", "5"),
            new ByteArraySerializer(),
            new StringSerializer());
    this.ledger = new Ledger(servers, "ledger-" + run, Bids.sequences(bids));
    this.arguments =
        List.of(
            "--bootstrap-servers",
            servers,
            "--input",
            input,
            "--output",
            "hot-" + run,
            "--ledger",
            "ledger-" + run,
            "--checkpoint-interval",
            "PT0.25S",
            "--state-backend",
            backend);
    this.job = submit(Optional.empty());
  }

  private JobId submit(Optional<String> savepoint) {
    Submission submission =
        new Submission(
            cluster.client(),
            new Submission.Options(
                cluster.jar(), true, OptionalInt.of(FaultyCluster.SLOTS), savepoint, false, false),
            new Submission.Listener() {
              @Override
              public void submitted(JobId id, String name) {}

              @Override
              public void seen(JobView view) {}
            });
    new Program(JobJar.open(cluster.jar()), Optional.empty(), arguments).run(submission);
    return submission.submitted().get(0).id();
  }

  /** Goes on from a savepoint or checkpoint as another job. */
  void restart(String savepoint) {
    job = submit(Optional.of(savepoint));
  }

  /** Takes a savepoint; returns where it is. */
  String savepoint(String directory) {
    return cluster.client().savepoint(job, Optional.of(directory));
  }

  /** Ends the job with a savepoint; returns where it is. */
  String stop(String directory) {
    String savepoint = cluster.client().stop(job, Optional.of(directory), false);
    FaultyCluster.until("the job has ended", () -> view().status().isTerminal());
    return savepoint;
  }

  JobId job() {
    return job;
  }

  JobView view() {
    return cluster.client().job(job);
  }

  /** Feeds so many more bids, as far as there are. */
  void feed(int more) {
    int end = Math.min(bids, fed + more);
    for (; fed < end; fed++) {
      producer.send(new ProducerRecord<>(input, Bids.partition(fed), null, Bids.json(fed)));
    }
    producer.flush();
  }

  boolean hasMore() {
    return fed < bids;
  }

  void awaitCommitted(long entries) {
    FaultyCluster.until(
        entries + " entries are committed",
        () -> {
          assertThat(view().status())
              .as(() -> "job: " + view().exceptions())
              .isNotIn(JobView.Status.FAILED, JobView.Status.CANCELED);
          return ledger.poll() >= entries;
        });
  }

  int restarts() {
    return view().restarts();
  }

  long committed() {
    return ledger.poll();
  }

  /** All that was fed is committed. */
  void awaitAllCommitted() {
    awaitCommitted(fed);
  }

  /**
   * Every shuffle has local and remote channels, since both its ends are on all TaskManagers; and
   * batches have crossed TCP in both directions.
   */
  void assertCrossesTcp() throws Exception {
    List<TaskManagerView> all = cluster.client().taskManagers();
    Set<String> ids = all.stream().map(tm -> tm.id().value()).collect(Collectors.toSet());
    assertThat(ids).hasSize(FaultyCluster.TASK_MANAGERS);
    List<JobView.VertexView> vertices = view().vertices();
    assertThat(vertices).anyMatch(vertex -> !vertex.inputs().isEmpty());
    for (JobView.VertexView vertex : vertices) {
      assertThat(vertex.taskManagers()).as(vertex.name()).containsAll(ids);
    }
    for (TaskManagerView taskManager : all) {
      assertThat(cluster.counterOf(taskManager, "millrace_exchange_batches_in_total")).isPositive();
      assertThat(cluster.counterOf(taskManager, "millrace_exchange_batches_out_total"))
          .isPositive();
    }
  }

  /** Feeds the rest, waits until all is committed, ends the job and judges. */
  void finish() {
    feed(bids);
    awaitAllCommitted();
    FaultyCluster.until(
        "the job is cancelled",
        () -> {
          if (!view().status().isTerminal()) {
            cluster.client().cancel(job);
          }
          return view().status() == JobView.Status.CANCELED;
        });
    ledger.assertExactlyOnce();
  }

  @Override
  public void close() {
    producer.close();
    ledger.close();
    if (!view().status().isTerminal()) {
      cluster.client().cancel(job);
    }
  }
}
