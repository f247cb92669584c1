package io.millrace.client.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.core.storage.LocalFileStore;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.TaskManagerView;
import io.millrace.jobmanager.process.JobManagerNode;
import io.millrace.runtime.blob.BlobCache;
import io.millrace.runtime.blob.JobClassLoaders;
import io.millrace.runtime.exchange.netty.DataExchange;
import io.millrace.runtime.exchange.netty.ExchangeOptions;
import io.millrace.runtime.exchange.netty.NettyChannels;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.FunctionShipping;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.JobVertex;
import io.millrace.runtime.graph.OperatorNode;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import io.millrace.runtime.operators.OperatorFactory;
import io.millrace.runtime.rpc.Build;
import io.millrace.runtime.rpc.GrpcControlServer;
import io.millrace.runtime.rpc.GrpcJobManagerLink;
import io.millrace.runtime.state.heap.KeyedBackends;
import io.millrace.runtime.task.TaskTuning;
import io.millrace.taskmanager.TaskManager;
import io.millrace.taskmanager.TaskManagerSettings;
import io.millrace.taskmanager.process.TaskManagerNode;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JobManager and TaskManager nodes with their real threads, over gRPC on loopback. */
class GrpcClusterTest {
  private static final Optional<String> TOKEN = Optional.of("secret");

  @TempDir Path directory;
  private final List<AutoCloseable> resources = new ArrayList<>();
  private final List<TaskManager.FatalError> fatal = new CopyOnWriteArrayList<>();
  private final AtomicInteger ids = new AtomicInteger();

  @AfterEach
  void close() throws Exception {
    for (int i = resources.size() - 1; i >= 0; i--) {
      resources.get(i).close();
    }
  }

  @Test
  void aTaskManagerOutlivesItsJobManagerAndRunsTheRecoveredJob() throws Exception {
    JobManagerNode first = jobManager();
    GrpcControlServer server = serve(first, 0);
    int port = server.port();
    taskManager(port);
    await().until(() -> first.core().taskManagers().size() == 1);
    // This job's operator can't be made: it fails, waits, and is tried again.
    JobId job = first.core().submit(graph(), Optional.empty(), false).toCompletableFuture().get();
    await().until(() -> !first.core().job(job).orElseThrow().exceptions().isEmpty());
    assertThat(first.core().job(job).orElseThrow().exceptions().get(0).summary())
        .contains("broken operator");
    TaskManagerView before = first.core().taskManagers().get(0);

    first.close();
    server.close();
    JobManagerNode second = jobManager();
    assertThat(second.core().epoch().value()).isGreaterThan(first.core().epoch().value());
    serve(second, port);

    await().until(() -> second.core().taskManagers().size() == 1);
    TaskManagerView after = second.core().taskManagers().get(0);
    assertThat(after.id()).isNotEqualTo(before.id());
    assertThat(after.processId()).isEqualTo(before.processId());
    await().until(() -> !second.core().job(job).orElseThrow().exceptions().isEmpty());
    second.core().cancel(job).toCompletableFuture().get();
    assertThat(second.core().job(job).orElseThrow().status()).isEqualTo(JobView.Status.CANCELED);
    await().until(() -> second.core().freeSlots() == 2);
    assertThat(fatal).isEmpty();
  }

  @Test
  void aTaskManagerThatEndsIsMissedAtOnce() throws Exception {
    JobManagerNode jobManager = jobManager();
    int port = serve(jobManager, 0).port();
    TaskManagerNode node = taskManager(port);
    taskManager(port);
    await().until(() -> jobManager.core().totalSlots() == 4);
    long started = System.nanoTime();
    node.close();
    await().until(() -> jobManager.core().totalSlots() == 2);
    assertThat(Duration.ofNanos(System.nanoTime() - started))
        .as("not by the heartbeat's timeout")
        .isLessThan(Duration.ofSeconds(30));
  }

  private JobManagerNode jobManager() throws Exception {
    JobManagerNode node =
        new JobManagerNode(
            new JobManagerNode.Parts(
                new LocalFileStore(directory.resolve("ha")),
                new LocalFileStore(directory.resolve("checkpoints")),
                directory.resolve("jm"),
                getClass().getClassLoader(),
                new JobManagerNode.Settings(
                    Duration.ofMillis(200), Duration.ofSeconds(60), 10, Duration.ofSeconds(1), 2),
                Optional.empty()));
    resources.add(node);
    return node;
  }

  private GrpcControlServer serve(JobManagerNode node, int port) throws Exception {
    GrpcControlServer server =
        GrpcControlServer.start(
            node.core(), new InetSocketAddress("127.0.0.1", port), Build.CURRENT, TOKEN);
    resources.add(server);
    return server;
  }

  private TaskManagerNode taskManager(int port) {
    DataExchange exchange =
        DataExchange.start(
            ExchangeOptions.of(new ExchangeOptions.Identity("test", Build.CURRENT.toString())));
    resources.add(exchange);
    GrpcJobManagerLink link = new GrpcJobManagerLink("127.0.0.1", port, Build.CURRENT, TOKEN);
    resources.add(link);
    TaskManagerNode node =
        new TaskManagerNode(
            new TaskManagerNode.Parts(
                new TaskManagerSettings(
                    new TaskManagerSettings.Address("127.0.0.1", exchange.port(), 0),
                    2,
                    ProcessHandle.current().pid(),
                    Build.CURRENT.toString(),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(1),
                    new TaskManagerSettings.Backoff(Duration.ofMillis(20), Duration.ofMillis(200))),
                1,
                TaskTuning.FULL,
                link,
                new JobClassLoaders(
                    new BlobCache(
                        directory.resolve("tm"),
                        (key, target) -> link.fetchBlob(key.value(), target)),
                    getClass().getClassLoader()),
                new LocalFileStore(directory.resolve("checkpoints")),
                KeyedBackends.onHeap(),
                new NettyChannels(exchange, TaskTuning.FULL.batchRecords())),
            () -> new TaskManagerId("tm-" + ids.incrementAndGet()),
            fatal::add);
    resources.add(node);
    node.start();
    return node;
  }

  private static JobGraph graph() {
    OperatorFactory broken =
        (OperatorFactory & Serializable)
            maker -> {
              throw new IllegalStateException("broken");
            };
    return new JobGraph(
        "job",
        List.of(
            new JobVertex(
                0,
                "broken operator",
                2,
                128,
                List.of(
                    new OperatorNode(
                        "w",
                        true,
                        "w",
                        -1,
                        "",
                        OperatorNode.Kind.OPERATOR,
                        false,
                        FunctionShipping.serialize(broken, "w"))))),
        List.of(),
        CheckpointSettings.DISABLED,
        RestartSettings.DEFAULT,
        List.of());
  }
}
