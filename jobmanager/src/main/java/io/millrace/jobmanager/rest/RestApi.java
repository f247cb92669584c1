package io.millrace.jobmanager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.jobmanager.Dispatcher;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.StateQuery;
import io.millrace.jobmanager.TaskManagerView;
import io.millrace.jobmanager.UnknownJobException;
import io.millrace.jobmanager.rest.Router.Route;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.JobId;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What can be called under {@code /v1}. Stateless; called by the server's threads. */
final class RestApi {
  private static final Comparator<JobView> NEWEST_FIRST =
      Comparator.comparing(JobView::submitted).reversed().thenComparing(JobView::id);

  private final RestBackend backend;
  private final Dispatcher dispatcher;
  private final Router router;

  RestApi(RestBackend backend) {
    this.backend = backend;
    this.dispatcher = backend.dispatcher();
    this.router =
        new Router(
            List.of(
                new Route("GET", "/", "This page", r -> index()),
                new Route("GET", "/v1/overview", "Slots and jobs in numbers", r -> overview()),
                new Route("GET", "/v1/jobs", "All jobs, newest first", r -> jobs()),
                new Route(
                    "GET",
                    "/v1/jobs/{id}",
                    "One job: operators with rates, watermarks, busy, backpressured and idle"
                        + " shares, longest steps, counters; checkpoints; exceptions",
                    r -> now(RestJson.job(find(r.job())))),
                new Route(
                    "GET",
                    "/v1/jobs/{id}/checkpoints",
                    "Its checkpoints",
                    r -> now(RestJson.checkpoints(find(r.job()).checkpoints()))),
                new Route(
                    "GET",
                    "/v1/jobs/{id}/exceptions",
                    "What went wrong, newest first",
                    r -> now(RestJson.exceptions(find(r.job()).exceptions()))),
                new Route(
                    "GET",
                    "/v1/jobs/{id}/state/{uid}/{state}",
                    "What a keyed state has for a key: as of the last checkpoint, or of now;"
                        + " ?key=JSON&live=true",
                    true,
                    this::state),
                new Route(
                    "PUT",
                    "/v1/blobs",
                    "Store a job jar (the body); answers its key, the SHA-256",
                    this::putBlob),
                new Route(
                    "POST",
                    "/v1/jobs",
                    "Submit a job graph (the body, as the client makes it);"
                        + " ?savepoint=DIR&allowDroppedState=true",
                    this::submit),
                new Route("POST", "/v1/jobs/{id}/cancel", "Cancel", this::cancel),
                new Route(
                    "POST",
                    "/v1/jobs/{id}/savepoint",
                    "Take a savepoint; ?directory=DIR",
                    this::savepoint),
                new Route(
                    "POST",
                    "/v1/jobs/{id}/stop",
                    "Stop with a savepoint; ?directory=DIR&drain=true",
                    this::stop),
                new Route("GET", "/v1/taskmanagers", "TaskManagers", r -> taskManagers()),
                new Route(
                    "GET",
                    "/metrics",
                    "Metrics for Prometheus",
                    r -> page("text/plain; version=0.0.4", backend.metrics().get()))));
  }

  Router router() {
    return router;
  }

  private CompletionStage<RestResponse> overview() {
    return now(RestJson.overview(backend.version(), dispatcher.jobs(), dispatcher.taskManagers()));
  }

  private CompletionStage<RestResponse> jobs() {
    return now(
        RestJson.array(
            dispatcher.jobs().stream().sorted(NEWEST_FIRST).map(RestJson::summary).toList()));
  }

  private CompletionStage<RestResponse> taskManagers() {
    return now(
        RestJson.array(
            dispatcher.taskManagers().stream()
                .sorted(Comparator.comparing(TaskManagerView::id))
                .map(RestJson::taskManager)
                .toList()));
  }

  private JobView find(JobId job) {
    return dispatcher.job(job).orElseThrow(() -> new UnknownJobException(job));
  }

  private CompletionStage<RestResponse> putBlob(RestRequest request) throws IOException {
    String key = backend.blobs().put(request.body());
    return CompletableFuture.completedFuture(RestResponse.json(201, RestJson.single("key", key)));
  }

  private CompletionStage<RestResponse> submit(RestRequest request) throws IOException {
    JobGraph graph = backend.graphs().apply(request.bytes());
    return dispatcher
        .submit(graph, request.text("savepoint"), request.flag("allowDroppedState"))
        .thenApply(job -> RestResponse.json(201, RestJson.single("id", job.value())));
  }

  private CompletionStage<RestResponse> state(RestRequest request) {
    String key =
        request
            .text("key")
            .orElseThrow(
                () ->
                    new RestException(
                        400, "The key is missing", "Add ?key=, as JSON and encoded as a URL"));
    StateQuery query =
        new StateQuery(
            request.parameters().get("uid"),
            request.parameters().get("state"),
            key,
            request.flag("live"));
    return dispatcher
        .state(request.job(), query)
        .thenApply(answer -> RestResponse.json(200, RestJson.state(query, answer)));
  }

  private CompletionStage<RestResponse> cancel(RestRequest request) {
    JobId job = request.job();
    return dispatcher
        .cancel(job)
        .thenCompose(done -> dispatcher.onTermination(job))
        .thenApply(view -> RestResponse.json(200, RestJson.summary(view)));
  }

  private CompletionStage<RestResponse> savepoint(RestRequest request) {
    return dispatcher
        .savepoint(request.job(), request.text("directory"))
        .thenApply(path -> RestResponse.json(200, RestJson.single("savepoint", path)));
  }

  private CompletionStage<RestResponse> stop(RestRequest request) {
    return dispatcher
        .stop(request.job(), request.text("directory"), request.flag("drain"))
        .thenApply(path -> RestResponse.json(200, RestJson.single("savepoint", path)));
  }

  private CompletionStage<RestResponse> index() {
    StringBuilder rows = new StringBuilder();
    for (Route route : router.routes()) {
      boolean link = route.method().equals("GET") && !route.template().contains("{");
      String path = route.template();
      rows.append("<tr><td>").append(route.method()).append("<td><code>");
      rows.append(link ? "<a href=\"" + path + "\">" + path + "</a>" : path);
      rows.append("</code><td>").append(route.description().replace("&", "&amp;"));
      rows.append(route.guarded() ? " (needs the token)" : "").append("\n");
    }
    return page(
        "text/html",
        """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>Millrace</title>
        <style>body{font:16px/1.5 sans-serif;margin:2em}td{padding:.1em 1em .1em 0}</style>
        <h1>Millrace %s</h1>
        <p>A JobManager. There is no web UI yet; this is what can be called:</p>
        <table>
        %s</table>
        <p>Calls that change something or show a job's data need <code>Authorization: Bearer TOKEN</code>; the token is in
        the file that <code>millrace cluster status</code> names. Errors are
        <code>{"error": ..., "remedy": ...}</code>.</p></html>
        """
            .formatted(backend.version(), rows));
  }

  private static CompletionStage<RestResponse> now(JsonNode json) {
    return CompletableFuture.completedFuture(RestResponse.json(200, json));
  }

  private static CompletionStage<RestResponse> page(String contentType, String text) {
    return CompletableFuture.completedFuture(RestResponse.text(contentType, text));
  }
}
