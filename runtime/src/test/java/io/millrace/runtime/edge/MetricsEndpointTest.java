package io.millrace.runtime.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.metrics.ProcessMetrics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

class MetricsEndpointTest {
  @Test
  void servesTheMetricsOfTheProcess() throws Exception {
    ProcessMetrics metrics = new ProcessMetrics("taskmanager");
    metrics.registry().counter("millrace.test.records").increment(3);
    try (MetricsEndpoint endpoint = MetricsEndpoint.start("127.0.0.1", 0, metrics::scrape)) {
      HttpResponse<String> page = get(endpoint, "/metrics");

      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.body())
          .contains(
              "millrace_test_records_total{process=\"taskmanager\"} 3.0",
              "jvm_memory_used_bytes",
              "jvm_threads_live_threads");
      assertThat(get(endpoint, "/other").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void saysThatThePortIsInUse() throws IOException {
    try (MetricsEndpoint first = MetricsEndpoint.start("127.0.0.1", 0, () -> "")) {
      assertThatThrownBy(() -> MetricsEndpoint.start("127.0.0.1", first.port(), () -> ""))
          .hasMessageContaining("Metrics port " + first.port())
          .hasMessageContaining("taskmanager.metrics-port");
    }
  }

  private static HttpResponse<String> get(MetricsEndpoint endpoint, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + path))
                .build(),
            BodyHandlers.ofString());
  }
}
