package io.millrace.jobmanager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.JobView.CheckpointShareView;
import io.millrace.jobmanager.JobView.CheckpointView;
import io.millrace.jobmanager.JobView.CheckpointsView;
import io.millrace.jobmanager.JobView.ExceptionView;
import io.millrace.jobmanager.JobView.Steps;
import io.millrace.jobmanager.JobView.VertexView;
import io.millrace.jobmanager.TaskManagerView;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.id.TaskManagerId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Reads what {@link RestJson} wrote. A part that is missing reads as empty: a list has summaries
 * only, and an older server knows less.
 */
public final class RestViews {
  private RestViews() {}

  public static JobView job(JsonNode json) {
    return new JobView(
        new JobId(json.path("id").asText()),
        json.path("name").asText(),
        JobView.Status.valueOf(json.path("status").asText()),
        text(json, "detail"),
        Instant.parse(json.path("submitted").asText()),
        text(json, "finished").map(Instant::parse),
        json.path("restarts").asInt(),
        list(json.path("vertices"), RestViews::vertex),
        checkpoints(json.path("checkpoints")),
        exceptions(json.path("exceptions")));
  }

  private static VertexView vertex(JsonNode json) {
    Map<String, Integer> states = new TreeMap<>();
    json.path("subtasksByState")
        .properties()
        .forEach(e -> states.put(e.getKey(), e.getValue().asInt()));
    Map<String, Long> counters = new TreeMap<>();
    json.path("counters")
        .properties()
        .forEach(e -> counters.put(e.getKey(), e.getValue().asLong()));
    return new VertexView(
        json.path("index").asInt(),
        json.path("name").asText(),
        json.path("parallelism").asInt(),
        list(json.path("operators"), JsonNode::asText),
        list(json.path("inputs"), JsonNode::asInt),
        states,
        json.path("recordsIn").asLong(),
        json.path("recordsOut").asLong(),
        json.path("recordsInPerSecond").asDouble(),
        json.path("recordsOutPerSecond").asDouble(),
        json.path("busy").asDouble(),
        json.path("backpressured").asDouble(),
        json.path("idle").asDouble(),
        new Steps(micros(json, "longestStepMicros"), micros(json, "longestRecentStepMicros")),
        json.path("watermark").asLong(Long.MIN_VALUE),
        counters,
        list(json.path("taskManagers"), JsonNode::asText));
  }

  public static CheckpointsView checkpoints(JsonNode json) {
    JsonNode latest = json.path("latest");
    JsonNode restored = json.path("restoredFrom");
    return new CheckpointsView(
        json.path("completed").asLong(),
        json.path("failed").asLong(),
        json.path("inProgress").asLong(),
        latest.isObject() ? Optional.of(checkpoint(latest)) : Optional.empty(),
        restored.isNumber() ? Optional.of(restored.asLong()) : Optional.empty(),
        list(json.path("history"), RestViews::checkpoint));
  }

  private static CheckpointView checkpoint(JsonNode json) {
    return new CheckpointView(
        json.path("id").asLong(),
        json.path("savepoint").asBoolean(),
        json.path("status").asText(),
        Instant.parse(json.path("triggered").asText()),
        Duration.ofMillis(json.path("durationMillis").asLong()),
        json.path("bytes").asLong(),
        json.path("unaligned").asBoolean(),
        json.path("channelBytes").asLong(),
        json.path("location").asText(),
        text(json, "failure"),
        list(json.path("shares"), RestViews::share));
  }

  private static CheckpointShareView share(JsonNode json) {
    return new CheckpointShareView(
        json.path("vertex").asInt(),
        json.path("name").asText(),
        json.path("acknowledged").asInt(),
        json.path("subtasks").asInt(),
        micros(json, "alignmentMicros"),
        micros(json, "syncMicros"),
        micros(json, "asyncMicros"),
        json.path("bytes").asLong(),
        json.path("unaligned").asBoolean(),
        json.path("channelBytes").asLong());
  }

  public static List<ExceptionView> exceptions(JsonNode json) {
    return list(
        json,
        node ->
            new ExceptionView(
                Instant.parse(node.path("time").asText()),
                node.path("summary").asText(),
                node.path("stackTrace").asText(),
                text(node, "subtask"),
                text(node, "taskManager"),
                node.path("rootCause").asBoolean()));
  }

  public static TaskManagerView taskManager(JsonNode json) {
    return new TaskManagerView(
        new TaskManagerId(json.path("id").asText()),
        json.path("host").asText(),
        json.path("dataPort").asInt(),
        json.path("metricsPort").asInt(),
        json.path("processId").asLong(),
        json.path("slots").asInt(),
        json.path("freeSlots").asInt(),
        Instant.parse(json.path("lastHeartbeat").asText()));
  }

  private static Duration micros(JsonNode json, String name) {
    return Duration.of(json.path(name).asLong(), ChronoUnit.MICROS);
  }

  private static Optional<String> text(JsonNode json, String name) {
    return json.hasNonNull(name) ? Optional.of(json.get(name).asText()) : Optional.empty();
  }

  private static <T> List<T> list(JsonNode json, Function<JsonNode, T> read) {
    List<T> list = new ArrayList<>();
    json.forEach(node -> list.add(read.apply(node)));
    return List.copyOf(list);
  }
}
