package io.millrace.jobmanager.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.MemorySize;
import io.millrace.core.config.RestOptions;
import io.millrace.core.types.CorruptDataException;
import io.millrace.jobmanager.JobView;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.graph.RestartSettings;
import io.millrace.runtime.id.JobId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RestServerTest {
  private static final String TOKEN = "s3cret";

  private final FakeDispatcher dispatcher = new FakeDispatcher();
  private final HttpClient client = HttpClient.newHttpClient();
  private RestServer server;

  @BeforeEach
  void start() throws IOException {
    server = start(0, Duration.ofMillis(300));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private RestServer start(int port, Duration timeout) throws IOException {
    return RestServer.start(
        new RestSettings("127.0.0.1", port, TOKEN, new MemorySize(1000), timeout, 2),
        new RestBackend(
            dispatcher,
            in -> "key-of-" + new String(in.readAllBytes(), StandardCharsets.UTF_8),
            RestServerTest::graph,
            () -> "up 1\n",
            "0.1.0"));
  }

  private static JobGraph graph(byte[] bytes) {
    String name = new String(bytes, StandardCharsets.UTF_8);
    if (name.startsWith("corrupt")) {
      throw new CorruptDataException("These bytes are not a job graph");
    }
    return new JobGraph(
        name,
        List.of(),
        List.of(),
        CheckpointSettings.DISABLED,
        RestartSettings.DEFAULT,
        List.of("jar-1"));
  }

  @Test
  void showsAJobWithAllThatIsKnownOfIt() throws Exception {
    JobView job = FakeDispatcher.job(1, JobView.Status.RUNNING);
    dispatcher.jobs.put(job.id(), job);

    HttpResponse<String> response = get("/v1/jobs/" + job.id());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    JsonNode json = json(response);
    assertThat(json.at("/vertices/0/counters/lateRecordsDropped").asLong()).isEqualTo(3);
    assertThat(json.at("/vertices/0/watermark").asLong()).isEqualTo(1_700_000_000_000L);
    assertThat(json.at("/vertices/1/watermark").isNull()).isTrue();
    JobView read = RestViews.job(json);
    assertThat(read.vertices().get(1).busy()).as("JSON has no NaN").isZero();
    assertThat(read).usingRecursiveComparison().ignoringFields("vertices.busy").isEqualTo(job);
  }

  @Test
  void listsJobsNewestFirst() throws Exception {
    for (long id = 1; id <= 3; id++) {
      JobView job = FakeDispatcher.job(id, JobView.Status.FINISHED);
      dispatcher.jobs.put(job.id(), job);
    }

    JsonNode json = json(get("/v1/jobs"));

    assertThat(json.findValuesAsText("id"))
        .containsExactly(JobId.of(3).value(), JobId.of(2).value(), JobId.of(1).value());
    assertThat(json.get(0).get("tasks").asInt()).isEqualTo(4);
  }

  @Test
  void showsCheckpointsExceptionsTaskManagersAndOverview() throws Exception {
    JobView job = FakeDispatcher.job(1, JobView.Status.RUNNING);
    dispatcher.jobs.put(job.id(), job);

    assertThat(RestViews.checkpoints(json(get("/v1/jobs/" + job.id() + "/checkpoints"))))
        .isEqualTo(job.checkpoints());
    assertThat(RestViews.exceptions(json(get("/v1/jobs/" + job.id() + "/exceptions"))))
        .isEqualTo(job.exceptions());
    assertThat(RestViews.taskManager(json(get("/v1/taskmanagers")).get(0)))
        .isEqualTo(dispatcher.taskManagers().get(0));
    JsonNode overview = json(get("/v1/overview"));
    assertThat(overview.get("slots").asInt()).isEqualTo(2);
    assertThat(overview.at("/jobs/RUNNING").asInt()).isEqualTo(1);
  }

  @Test
  void servesMetricsAndAPageThatListsWhatThereIs() throws Exception {
    assertThat(get("/metrics").body()).isEqualTo("up 1\n");
    HttpResponse<String> page = get("/");
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(page.body()).contains("/v1/jobs/{id}/savepoint").contains("href=\"/metrics\"");
  }

  @Test
  void submitsInTwoSteps() throws Exception {
    HttpResponse<String> blob = send(request("/v1/blobs").PUT(BodyPublishers.ofString("jar")));
    assertThat(blob.statusCode()).isEqualTo(201);
    assertThat(json(blob).get("key").asText()).isEqualTo("key-of-jar");

    HttpResponse<String> submitted =
        send(
            request("/v1/jobs?savepoint=%2Fsp%201&allowDroppedState=true")
                .POST(BodyPublishers.ofString("my job")));

    assertThat(submitted.statusCode()).isEqualTo(201);
    assertThat(json(submitted).get("id").asText()).isEqualTo(JobId.of(99).value());
    assertThat(dispatcher.asked).containsExactly("submit my job [jar-1] Optional[/sp 1] true");
  }

  @Test
  void cancelsTakesSavepointsAndStops() throws Exception {
    JobView job = FakeDispatcher.job(1, JobView.Status.RUNNING);
    dispatcher.jobs.put(job.id(), job);
    String path = "/v1/jobs/" + job.id();

    assertThat(send(request(path + "/cancel").POST(BodyPublishers.noBody())).statusCode())
        .isEqualTo(200);
    assertThat(
            json(send(request(path + "/savepoint?directory=/d").POST(BodyPublishers.noBody())))
                .get("savepoint")
                .asText())
        .isEqualTo("/sp/1");
    send(request(path + "/stop?drain=true").POST(BodyPublishers.noBody()));

    assertThat(dispatcher.asked)
        .containsExactly(
            "cancel " + job.id(),
            "savepoint " + job.id() + " Optional[/d]",
            "stop " + job.id() + " Optional.empty true");
  }

  @Test
  void showsWhatAStateHasForAKeyToWhoeverHasTheToken() throws Exception {
    JobView job = FakeDispatcher.job(1, JobView.Status.RUNNING);
    dispatcher.jobs.put(job.id(), job);
    String path = "/v1/jobs/" + job.id() + "/state/my%20counts/$reduced?key=";

    JsonNode committed = json(send(request(path + "7")));
    assertThat(committed.path("checkpoint").asLong()).isEqualTo(17);
    assertThat(committed.path("live").asBoolean()).isFalse();
    assertThat(committed.path("entries").toString()).isEqualTo("[{\"key\":7,\"value\":\"seven\"}]");
    JsonNode live = json(send(request(path + "7&live=true")));
    assertThat(live.path("live").asBoolean()).isTrue();
    assertThat(live.has("checkpoint")).isFalse();
    assertThat(dispatcher.asked.get(1)).contains("uid=my counts, state=$reduced, key=7, live=true");

    assertError(send(request(path + "8")), 404, "nothing", "");
    assertError(send(request(path + "seven")), 400, "no long", "Write 7");
    assertError(send(request(path + "now")), 503, "RESTARTING", "Later");
    assertError(send(request(path)), 400, "The key is missing", "?key=");
    assertError(get(path + "7"), 401, "shows a job's data", "millrace cluster status");
  }

  @Test
  void refusesChangesWithoutTheToken() throws Exception {
    HttpRequest.Builder none =
        HttpRequest.newBuilder(URI.create(server.address() + "/v1/jobs"))
            .POST(BodyPublishers.ofString("x"));
    assertError(send(none), 401, "carries no token", "millrace cluster status");
    assertError(
        send(none.copy().header("Authorization", "Bearer wrong")), 403, "not this cluster's", "");
    assertThat(dispatcher.asked).isEmpty();
  }

  @Test
  void answersErrorsWithARemedy() throws Exception {
    assertError(get("/v2/jobs"), 404, "There is nothing at /v2/jobs", "GET / lists");
    assertError(get("/v1/jobs/zz"), 400, "16 hexadecimal digits", "GET /v1/jobs");
    assertError(get("/v1/jobs/" + JobId.of(5)), 404, "There is no job", "millrace list");
    assertError(
        send(request("/v1/jobs/" + JobId.of(5) + "/cancel").POST(BodyPublishers.noBody())),
        404,
        "There is no job",
        "millrace list");
    assertError(send(request("/v1/overview").DELETE()), 405, "does not take DELETE", "Use GET");
    assertError(
        send(request("/v1/jobs").POST(BodyPublishers.ofString("corrupt"))),
        400,
        "These bytes are not a job graph",
        "");
    assertError(
        send(request("/v1/jobs?allowDroppedState=maybe").POST(BodyPublishers.ofString("x"))),
        400,
        "allowDroppedState is true or false",
        "");
  }

  @Test
  void refusesABodyThatIsTooLargeWhetherAnnouncedOrNot() throws Exception {
    byte[] large = new byte[1001];
    assertError(
        send(request("/v1/blobs").PUT(BodyPublishers.ofByteArray(large))),
        413,
        "larger than 1000 bytes",
        "rest.max-request-size");
    assertError(
        send(
            request("/v1/blobs")
                .PUT(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(large)))),
        413,
        "larger than 1000 bytes",
        "rest.max-request-size");
  }

  @Test
  void answersATimeOutAndHoldsNoThreadWhileItWaits() throws Exception {
    dispatcher.savepoint = new CompletableFuture<>();
    String path = "/v1/jobs/" + JobId.of(1) + "/savepoint";
    List<CompletableFuture<HttpResponse<String>>> waiting =
        java.util.stream.IntStream.range(0, 8)
            .mapToObj(
                i ->
                    client.sendAsync(
                        request(path).POST(BodyPublishers.noBody()).build(),
                        BodyHandlers.ofString()))
            .toList();

    assertThat(get("/v1/overview").statusCode()).isEqualTo(200);
    for (CompletableFuture<HttpResponse<String>> one : waiting) {
      assertError(one.get(), 504, "what it started goes on", "rest.timeout");
    }
  }

  @Test
  void tellsWhyAnOperationFailed() throws Exception {
    dispatcher.savepoint =
        CompletableFuture.failedFuture(new IllegalStateException("Job x is FINISHED"));
    assertError(
        send(request("/v1/jobs/" + JobId.of(1) + "/savepoint").POST(BodyPublishers.noBody())),
        409,
        "Job x is FINISHED",
        "state");
    dispatcher.savepoint = CompletableFuture.failedFuture(new IOException("disk is full"));
    assertError(
        send(request("/v1/jobs/" + JobId.of(1) + "/savepoint").POST(BodyPublishers.noBody())),
        500,
        "disk is full",
        "log");
  }

  @Test
  void refusesAForeignHostName() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket
          .getOutputStream()
          .write(
              "GET /v1/jobs HTTP/1.1\r\nHost: evil.example:80\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 403").contains("This server is not 'evil.example'");
    }
  }

  @Test
  void saysThatThePortIsInUse() {
    assertThatThrownBy(() -> start(server.port(), Duration.ofSeconds(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("REST port " + server.port())
        .hasMessageContaining("set rest.port");
  }

  @Test
  void refusesToListenToOtherMachinesUnlessTold() {
    Configuration open = Configuration.empty().with(RestOptions.HOST, "0.0.0.0");
    assertThatThrownBy(() -> RestSettings.from(open, TOKEN))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("rest.allow-remote");
    assertThat(RestSettings.from(open.with(RestOptions.ALLOW_REMOTE, "true"), TOKEN).host())
        .isEqualTo("0.0.0.0");
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server.address() + path))
        .header("Authorization", "Bearer " + TOKEN);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(server.address() + path)).build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return new ObjectMapper().readTree(response.body());
  }

  private static void assertError(
      HttpResponse<String> response, int status, String error, String remedy) throws IOException {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(json(response).get("error").asText()).contains(error);
    assertThat(json(response).get("remedy").asText()).contains(remedy);
  }
}
