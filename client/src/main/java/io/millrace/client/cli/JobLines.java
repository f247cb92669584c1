package io.millrace.client.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.submit.JobResult;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.TreeMap;

/** How jobs and times read. */
final class JobLines {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private JobLines() {}

  static String time(Instant instant) {
    return TIME.format(instant.atZone(ZoneId.systemDefault()));
  }

  /** {@code 12.3 s}, {@code 4 min 5 s}, {@code 2 h 10 min}. */
  static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
    if (seconds < 3600) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    return seconds / 3600 + " h " + seconds / 60 % 60 + " min";
  }

  static ObjectNode json(JobResult result) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", result.id().value());
    json.put("name", result.name());
    json.put("status", result.status().name());
    json.put("durationMillis", result.duration().toMillis());
    json.put("restarts", result.restarts());
    result
        .failure()
        .ifPresentOrElse(f -> json.put("failure", f.summary()), () -> json.putNull("failure"));
    ObjectNode counters = json.putObject("counters");
    new TreeMap<>(result.counters()).forEach(counters::put);
    return json;
  }
}
