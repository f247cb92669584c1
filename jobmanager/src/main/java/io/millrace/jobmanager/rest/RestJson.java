package io.millrace.jobmanager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.JobView.CheckpointShareView;
import io.millrace.jobmanager.JobView.CheckpointView;
import io.millrace.jobmanager.JobView.CheckpointsView;
import io.millrace.jobmanager.JobView.ExceptionView;
import io.millrace.jobmanager.JobView.VertexView;
import io.millrace.jobmanager.StateAnswer;
import io.millrace.jobmanager.StateQuery;
import io.millrace.jobmanager.TaskManagerView;
import io.millrace.jobmanager.state.EntryJson;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The views as JSON: the wire format of {@code /v1}, written by hand so that it changes only on
 * purpose. Instants are ISO-8601, durations are in milliseconds and say so. {@link RestViews} reads
 * it back.
 */
public final class RestJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private RestJson() {}

  /** A job in a list: no vertices' counters, no history. */
  public static ObjectNode summary(JobView job) {
    ObjectNode json = NODES.objectNode();
    json.put("id", job.id().value());
    json.put("name", job.name());
    json.put("status", job.status().name());
    put(json, "detail", job.detail());
    json.put("submitted", job.submitted().toString());
    put(json, "finished", job.finished().map(Instant::toString));
    json.put("restarts", job.restarts());
    json.put("tasks", job.vertices().stream().mapToInt(VertexView::parallelism).sum());
    json.put("lastCheckpoint", job.checkpoints().latest().map(CheckpointView::id).orElse(0L));
    return json;
  }

  /** All of a job. */
  public static ObjectNode job(JobView job) {
    ObjectNode json = summary(job);
    ArrayNode vertices = json.putArray("vertices");
    job.vertices().forEach(vertex -> vertices.add(vertex(vertex)));
    json.set("checkpoints", checkpoints(job.checkpoints()));
    json.set("exceptions", exceptions(job.exceptions()));
    return json;
  }

  private static ObjectNode vertex(VertexView vertex) {
    ObjectNode json = NODES.objectNode();
    json.put("index", vertex.index());
    json.put("name", vertex.name());
    json.put("parallelism", vertex.parallelism());
    json.set("operators", texts(vertex.operators()));
    ArrayNode inputs = json.putArray("inputs");
    vertex.inputs().forEach(inputs::add);
    ObjectNode states = json.putObject("subtasksByState");
    new TreeMap<>(vertex.subtasksByState()).forEach(states::put);
    json.put("recordsIn", vertex.recordsIn());
    json.put("recordsOut", vertex.recordsOut());
    json.put("recordsInPerSecond", finite(vertex.recordsInPerSecond()));
    json.put("recordsOutPerSecond", finite(vertex.recordsOutPerSecond()));
    json.put("busy", finite(vertex.busy()));
    json.put("backpressured", finite(vertex.backpressured()));
    json.put("idle", finite(vertex.idle()));
    json.put("longestStepMicros", micros(vertex.steps().longest()));
    json.put("longestRecentStepMicros", micros(vertex.steps().longestRecent()));
    // No watermark yet is null, not a number that JavaScript can't hold.
    if (vertex.watermark() == Long.MIN_VALUE) {
      json.putNull("watermark");
    } else {
      json.put("watermark", vertex.watermark());
    }
    json.set("counters", counters(vertex.counters()));
    json.set("taskManagers", texts(vertex.taskManagers()));
    return json;
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }

  public static ObjectNode checkpoints(CheckpointsView checkpoints) {
    ObjectNode json = NODES.objectNode();
    json.put("completed", checkpoints.completed());
    json.put("failed", checkpoints.failed());
    json.put("inProgress", checkpoints.inProgress());
    json.set(
        "latest",
        checkpoints.latest().<JsonNode>map(RestJson::checkpoint).orElse(NODES.nullNode()));
    json.set(
        "restoredFrom",
        checkpoints.restoredFrom().<JsonNode>map(NODES::numberNode).orElse(NODES.nullNode()));
    ArrayNode history = json.putArray("history");
    checkpoints.history().forEach(checkpoint -> history.add(checkpoint(checkpoint)));
    return json;
  }

  private static ObjectNode checkpoint(CheckpointView checkpoint) {
    ObjectNode json = NODES.objectNode();
    json.put("id", checkpoint.id());
    json.put("savepoint", checkpoint.savepoint());
    json.put("status", checkpoint.status());
    json.put("triggered", checkpoint.triggered().toString());
    json.put("durationMillis", checkpoint.duration().toMillis());
    json.put("bytes", checkpoint.bytes());
    json.put("unaligned", checkpoint.unaligned());
    json.put("channelBytes", checkpoint.channelBytes());
    json.put("location", checkpoint.location());
    put(json, "failure", checkpoint.failure());
    ArrayNode shares = json.putArray("shares");
    for (CheckpointShareView share : checkpoint.shares()) {
      ObjectNode node = shares.addObject();
      node.put("vertex", share.vertex());
      node.put("name", share.name());
      node.put("acknowledged", share.acknowledged());
      node.put("subtasks", share.subtasks());
      node.put("alignmentMicros", micros(share.alignment()));
      node.put("syncMicros", micros(share.sync()));
      node.put("asyncMicros", micros(share.async()));
      node.put("bytes", share.bytes());
      node.put("unaligned", share.unaligned());
      node.put("channelBytes", share.channelBytes());
    }
    return json;
  }

  public static ArrayNode exceptions(List<ExceptionView> exceptions) {
    ArrayNode json = NODES.arrayNode();
    for (ExceptionView exception : exceptions) {
      ObjectNode node = json.addObject();
      node.put("time", exception.time().toString());
      node.put("summary", exception.summary());
      node.put("stackTrace", exception.stackTrace());
      put(node, "subtask", exception.subtask());
      put(node, "taskManager", exception.taskManager());
      node.put("rootCause", exception.rootCause());
    }
    return json;
  }

  public static ObjectNode taskManager(TaskManagerView taskManager) {
    ObjectNode json = NODES.objectNode();
    json.put("id", taskManager.id().value());
    json.put("host", taskManager.host());
    json.put("dataPort", taskManager.dataPort());
    json.put("metricsPort", taskManager.metricsPort());
    json.put("processId", taskManager.processId());
    json.put("slots", taskManager.slots());
    json.put("freeSlots", taskManager.freeSlots());
    json.put("lastHeartbeat", taskManager.lastHeartbeat().toString());
    return json;
  }

  static ObjectNode overview(
      String version, Collection<JobView> jobs, Collection<TaskManagerView> taskManagers) {
    ObjectNode json = NODES.objectNode();
    json.put("version", version);
    json.put("taskManagers", taskManagers.size());
    json.put("slots", taskManagers.stream().mapToInt(TaskManagerView::slots).sum());
    json.put("freeSlots", taskManagers.stream().mapToInt(TaskManagerView::freeSlots).sum());
    ObjectNode byStatus = json.putObject("jobs");
    for (JobView.Status status : JobView.Status.values()) {
      long count = jobs.stream().filter(job -> job.status() == status).count();
      if (count > 0) {
        byStatus.put(status.name(), count);
      }
    }
    return json;
  }

  /** What a state has for a key. */
  static ObjectNode state(StateQuery query, StateAnswer answer) {
    ObjectNode json = NODES.objectNode();
    json.put("uid", query.uid());
    json.put("state", query.state());
    json.put("live", query.live());
    answer
        .seen()
        .ifPresent(
            seen -> {
              json.put("checkpoint", seen.checkpoint());
              json.put("triggered", seen.triggered().toString());
            });
    ArrayNode entries = json.putArray("entries");
    answer.entries().forEach(entry -> entries.add(EntryJson.of(entry)));
    return json;
  }

  static ObjectNode error(String error, String remedy) {
    ObjectNode json = NODES.objectNode();
    json.put("error", error);
    json.put("remedy", remedy);
    return json;
  }

  static ObjectNode single(String name, String value) {
    return NODES.objectNode().put(name, value);
  }

  static ArrayNode array(Collection<? extends JsonNode> nodes) {
    return NODES.arrayNode().addAll(nodes);
  }

  private static ObjectNode counters(Map<String, Long> counters) {
    ObjectNode json = NODES.objectNode();
    new TreeMap<>(counters).forEach(json::put);
    return json;
  }

  private static ArrayNode texts(List<String> texts) {
    ArrayNode json = NODES.arrayNode();
    texts.forEach(json::add);
    return json;
  }

  private static void put(ObjectNode json, String name, Optional<String> value) {
    value.ifPresentOrElse(text -> json.put(name, text), () -> json.putNull(name));
  }

  /** JSON has no NaN. */
  private static double finite(double value) {
    return Double.isFinite(value) ? value : 0;
  }
}
