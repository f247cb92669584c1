package io.millrace.runtime.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.runtime.edge.NamedThreads;
import io.millrace.runtime.id.CheckpointId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a link promises, over gRPC and within the process. */
class LinkTest {
  private static final Optional<String> TOKEN = Optional.of("secret");

  private final List<AutoCloseable> resources = new ArrayList<>();
  private final LinkFakes.Gate gate = new LinkFakes.Gate(7);
  private final LinkFakes.TaskManagerEnd taskManager = new LinkFakes.TaskManagerEnd();

  @AfterEach
  void close() throws Exception {
    for (int i = resources.size() - 1; i >= 0; i--) {
      resources.get(i).close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void registersThenCarriesMessagesBothWaysInOrder(boolean grpc) throws Exception {
    JobManagerLink.Session session = connect(grpc);

    assertThat(taskManager.registrations).containsExactly(gate.registration());
    assertThat(gate.registered.get(0)).isEqualTo(ControlSamples.register("tm-1"));
    for (long i = 1; i <= 500; i++) {
      session.send(new ToJobManager.SplitsReceived(ControlSamples.ATTEMPT, i));
      gate.connections.get(0).send(new ToTaskManager.NoMoreSplits(ControlSamples.ATTEMPT, i));
    }
    gate.connections.get(0).ping();
    await().until(() -> gate.received.size() == 500 && taskManager.pings == 1);
    assertThat(gate.received)
        .extracting(message -> ((ToJobManager.SplitsReceived) message).sequence())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 500).boxed().toList());
    assertThat(taskManager.received)
        .extracting(message -> ((ToTaskManager.NoMoreSplits) message).sequence())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 500).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aConnectionThatTheJobManagerDeclaresLostIsDeadForBothEnds(boolean grpc) throws Exception {
    JobManagerLink.Session session = connect(grpc);

    gate.connections.get(0).close("no heartbeat for 5 s");

    await().until(() -> taskManager.losses.size() == 1 && gate.closed.size() == 1);
    assertThat(taskManager.losses.get(0).reason()).contains("no heartbeat for 5 s");
    assertThat(taskManager.losses.get(0).permanent()).isFalse();
    session.send(
        new ToJobManager.DeclineCheckpoint(
            ControlSamples.ATTEMPT, new CheckpointId(1), "a zombie's word"));
    gate.connections.get(0).send(new ToTaskManager.Cancel(ControlSamples.ATTEMPT));
    JobManagerLink.Session second = open(session, "tm-2");
    await().until(() -> gate.registered.size() == 2);
    second.send(new ToJobManager.ReaderOpened(ControlSamples.ATTEMPT));
    await().until(() -> gate.received.size() == 1);
    assertThat(gate.received)
        .containsExactly(new ToJobManager.ReaderOpened(ControlSamples.ATTEMPT));
    assertThat(taskManager.received).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aConnectionThatTheTaskManagerEndsIsHeardOf(boolean grpc) throws Exception {
    connect(grpc).close("the JobManager was silent for 5 s");
    await().until(() -> taskManager.losses.size() == 1 && gate.closed.size() == 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRefusedRegistrationSaysWhy(boolean grpc) throws Exception {
    gate.refusal = Optional.of(new TaskManagerGate.RefusedException(true, "no slots offered"));
    link(grpc).open(ControlSamples.register("tm-1"), taskManager);
    await().until(() -> taskManager.losses.size() == 1);
    assertThat(taskManager.losses.get(0).permanent()).isTrue();
    assertThat(taskManager.losses.get(0).reason()).contains("no slots offered");
    assertThat(taskManager.registrations).isEmpty();
    assertThat(gate.registered).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void blobsAreCopied(boolean grpc) throws Exception {
    byte[] blob = new byte[3_000_001];
    new Random(5).nextBytes(blob);
    gate.blobs.put("k", blob);
    gate.blobs.put("empty", new byte[0]);
    JobManagerLink link = link(grpc);
    link.open(ControlSamples.register("tm-1"), taskManager);
    await().until(() -> !taskManager.registrations.isEmpty());
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    link.fetchBlob("k", copy);
    assertThat(copy.toByteArray()).isEqualTo(blob);
    ByteArrayOutputStream empty = new ByteArrayOutputStream();
    link.fetchBlob("empty", empty);
    assertThat(empty.size()).isZero();
    assertThatThrownBy(() -> link.fetchBlob("other", new ByteArrayOutputStream()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("other");
  }

  @Test
  void aLinkFollowsToANewLeaderAndRefusesAFormerOne() throws Exception {
    GrpcControlServer server = serve(gate, 0, Build.CURRENT);
    int port = server.port();
    GrpcJobManagerLink link = link(port, Build.CURRENT, TOKEN);
    link.open(ControlSamples.register("tm-1"), taskManager);
    await().until(() -> taskManager.registrations.size() == 1);
    server.close();
    await().until(() -> taskManager.losses.size() == 1);

    LinkFakes.Gate next = new LinkFakes.Gate(8);
    GrpcControlServer nextServer = serve(next, port, Build.CURRENT);
    link.open(ControlSamples.register("tm-2"), taskManager);
    await().until(() -> taskManager.registrations.size() == 2);
    assertThat(taskManager.registrations.get(1).epoch().value()).isEqualTo(8);
    nextServer.close();
    await().until(() -> taskManager.losses.size() == 2);

    LinkFakes.Gate former = new LinkFakes.Gate(7);
    serve(former, port, Build.CURRENT);
    link.open(ControlSamples.register("tm-3"), taskManager);
    await().until(() -> taskManager.losses.size() == 3);
    assertThat(taskManager.losses.get(2).reason()).contains("epoch 8").contains("leader's is 7");
    assertThat(former.registered).as("refused before the handler").isEmpty();
  }

  @Test
  void anotherBuildIsRefusedByNameBeforeAnyHandler() throws Exception {
    int port = serve(gate, 0, Build.CURRENT).port();
    Build other = new Build("9.9.9", 3);
    link(port, other, TOKEN).open(ControlSamples.register("tm-1"), taskManager);
    await().until(() -> taskManager.losses.size() == 1);
    assertThat(taskManager.losses.get(0).permanent()).isTrue();
    assertThat(taskManager.losses.get(0).reason())
        .contains(other.toString())
        .contains(Build.CURRENT.toString());
    assertThat(gate.registered).isEmpty();
  }

  @Test
  void aMissingOrWrongTokenIsRefused() throws Exception {
    int port = serve(gate, 0, Build.CURRENT).port();
    link(port, Build.CURRENT, Optional.empty()).open(ControlSamples.register("tm-1"), taskManager);
    link(port, Build.CURRENT, Optional.of("guess"))
        .open(ControlSamples.register("tm-1"), taskManager);
    await().until(() -> taskManager.losses.size() == 2);
    assertThat(taskManager.losses)
        .allMatch(loss -> loss.permanent() && loss.reason().contains("token"));
    assertThat(gate.registered).isEmpty();
  }

  @Test
  void aRefusedConnectionCountsAtOnceAndALaterTrySucceeds() throws Exception {
    GrpcControlServer server = serve(gate, 0, Build.CURRENT);
    int port = server.port();
    server.close();
    GrpcJobManagerLink link = link(port, Build.CURRENT, TOKEN);
    link.open(ControlSamples.register("tm-1"), taskManager);
    await().until(() -> taskManager.losses.size() == 1);
    assertThat(taskManager.losses.get(0).permanent()).isFalse();
    serve(gate, port, Build.CURRENT);
    link.open(ControlSamples.register("tm-2"), taskManager);
    await().until(() -> taskManager.registrations.size() == 1);
  }

  @Test
  void aTakenPortIsNamedWithTheRemedy() throws Exception {
    int port = serve(gate, 0, Build.CURRENT).port();
    assertThatThrownBy(() -> serve(gate, port, Build.CURRENT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(":" + port)
        .hasMessageContaining("jobmanager.rpc-port");
  }

  private final List<JobManagerLink> links = new ArrayList<>();

  private JobManagerLink.Session connect(boolean grpc) throws IOException {
    JobManagerLink.Session session = link(grpc).open(ControlSamples.register("tm-1"), taskManager);
    await().until(() -> !taskManager.registrations.isEmpty() && !gate.registered.isEmpty());
    return session;
  }

  private JobManagerLink.Session open(JobManagerLink.Session former, String id) {
    assertThat(former).isNotNull();
    return links.get(0).open(ControlSamples.register(id), taskManager);
  }

  private JobManagerLink link(boolean grpc) throws IOException {
    if (grpc) {
      return link(serve(gate, 0, Build.CURRENT).port(), Build.CURRENT, TOKEN);
    }
    ExecutorService executor = NamedThreads.pool("test-link", 3);
    resources.add(executor::shutdownNow);
    JobManagerLink link = new InProcessLink(gate, executor);
    links.add(link);
    return link;
  }

  private GrpcControlServer serve(TaskManagerGate served, int port, Build build)
      throws IOException {
    GrpcControlServer server =
        GrpcControlServer.start(
            served, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), build, TOKEN);
    resources.add(server);
    return server;
  }

  private GrpcJobManagerLink link(int port, Build build, Optional<String> token) {
    GrpcJobManagerLink link =
        new GrpcJobManagerLink(
            InetAddress.getLoopbackAddress().getHostAddress(), port, build, token);
    resources.add(link);
    links.add(link);
    return link;
  }
}
