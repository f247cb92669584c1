package io.millrace.client;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.TaskManagerView;
import io.millrace.jobmanager.rest.RestViews;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.rpc.JobGraphCodec;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster, asked over REST. Calls wait for the answer and throw {@link ClusterException} with a
 * remedy. Safe for use by any thread.
 */
public final class MillraceClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT = Duration.ofSeconds(5);
  // Above the server's own time-out, which has the better message.
  private static final Duration ANSWER = Duration.ofMinutes(10);

  private final URI address;
  private final Optional<String> token;
  private final HttpClient http;

  /**
   * @param address such as {@code http://127.0.0.1:8081}
   * @param token for calls that change something or show data of jobs
   */
  public MillraceClient(URI address, Optional<String> token) {
    this.address = address;
    this.token = token;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
  }

  public URI address() {
    return address;
  }

  /** Slots and jobs in numbers, as the server writes it. */
  public JsonNode overview() {
    return get("/v1/overview");
  }

  /** Summaries, newest first: without vertices and history. */
  public List<JobView> jobs() {
    List<JobView> jobs = new ArrayList<>();
    get("/v1/jobs").forEach(node -> jobs.add(RestViews.job(node)));
    return jobs;
  }

  public JobView job(JobId job) {
    return RestViews.job(get("/v1/jobs/" + job));
  }

  public List<TaskManagerView> taskManagers() {
    List<TaskManagerView> taskManagers = new ArrayList<>();
    get("/v1/taskmanagers").forEach(node -> taskManagers.add(RestViews.taskManager(node)));
    return taskManagers;
  }

  /** Uploads the jars and submits the graph with them; returns when the job is stored. */
  public JobId submit(
      JobGraph graph, List<Path> jars, Optional<String> savepoint, boolean allowDroppedState) {
    List<String> keys = jars.stream().map(this::putJar).toList();
    byte[] bytes = JobGraphCodec.encode(graph.withJars(keys));
    String query =
        query(
            Map.of(
                "savepoint", savepoint.orElse(""),
                "allowDroppedState", Boolean.toString(allowDroppedState)));
    return new JobId(
        send("POST", "/v1/jobs" + query, BodyPublishers.ofByteArray(bytes)).path("id").asText());
  }

  /** Stores a jar in the cluster; returns its key. */
  public String putJar(Path jar) {
    try {
      return send("PUT", "/v1/blobs", BodyPublishers.ofFile(jar)).path("key").asText();
    } catch (IOException e) {
      throw new ClusterException("There is no jar " + jar, "Build it first", e);
    }
  }

  /** Cancels; returns when the job is over. */
  public JobView cancel(JobId job) {
    return RestViews.job(send("POST", "/v1/jobs/" + job + "/cancel", BodyPublishers.noBody()));
  }

  /** Takes a savepoint; returns its directory. */
  public String savepoint(JobId job, Optional<String> directory) {
    String query = query(Map.of("directory", directory.orElse("")));
    return send("POST", "/v1/jobs/" + job + "/savepoint" + query, BodyPublishers.noBody())
        .path("savepoint")
        .asText();
  }

  /** Stops with a savepoint; returns its directory. */
  public String stop(JobId job, Optional<String> directory, boolean drain) {
    String query =
        query(Map.of("directory", directory.orElse(""), "drain", Boolean.toString(drain)));
    return send("POST", "/v1/jobs/" + job + "/stop" + query, BodyPublishers.noBody())
        .path("savepoint")
        .asText();
  }

  /**
   * What a keyed state of a running job has for a key: its entries, as {@code millrace state dump}
   * prints them; never none.
   *
   * @param key as JSON; text may go without its quotes
   * @param live whether the running subtask is asked, rather than the last completed checkpoint
   */
  public List<JsonNode> state(JobId job, String uid, String state, String key, boolean live) {
    List<JsonNode> entries = new ArrayList<>();
    get("/v1/jobs/"
            + job
            + "/state/"
            + segment(uid)
            + "/"
            + segment(state)
            + query(Map.of("key", key, "live", Boolean.toString(live))))
        .path("entries")
        .forEach(entries::add);
    return entries;
  }

  private static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The answer of a GET, as it is; for what has no method of its own here. */
  public JsonNode get(String path) {
    return send("GET", path, BodyPublishers.noBody());
  }

  private JsonNode send(String method, String path, BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.resolve(path)).timeout(ANSWER).method(method, body);
    token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
    HttpResponse<String> response;
    try {
      response = http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (HttpTimeoutException e) {
      throw new ClusterException(
          "The cluster at " + address + " does not answer", "Look at the JobManager's log", e);
    } catch (ConnectException e) {
      throw new ClusterException(
          "There is no cluster at " + address, "Start one: millrace cluster start", e);
    } catch (IOException e) {
      throw new ClusterException(
          "The call to the cluster at " + address + " broke off: " + e.getMessage(),
          "See whether it runs: millrace cluster status",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("Interrupted while waiting for " + address, "", e);
    }
    return read(response);
  }

  private JsonNode read(HttpResponse<String> response) {
    JsonNode json;
    try {
      json = JSON.readTree(response.body());
    } catch (JacksonException e) {
      throw new ClusterException(
          "What answers at " + address + " is not Millrace (status " + response.statusCode() + ")",
          "Check the address: millrace cluster status shows that of the local cluster",
          e);
    }
    if (response.statusCode() >= 400) {
      throw new ClusterException(
          json.path("error").asText("The cluster refused, with status " + response.statusCode()),
          json.path("remedy").asText(""));
    }
    return json;
  }

  private static String query(Map<String, String> parameters) {
    StringBuilder query = new StringBuilder();
    parameters.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .filter(entry -> !entry.getValue().isEmpty())
        .forEach(
            entry -> {
              query.append(query.isEmpty() ? '?' : '&').append(entry.getKey()).append('=');
              query.append(URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8));
            });
    return query.toString();
  }
}
