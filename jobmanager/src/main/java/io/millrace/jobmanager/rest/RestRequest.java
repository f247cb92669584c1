package io.millrace.jobmanager.rest;

import io.millrace.runtime.id.JobId;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A call.
 *
 * @param parameters named parts of the path
 * @param query parameters after the question mark
 * @param body bounded by the server's limit
 */
record RestRequest(Map<String, String> parameters, Map<String, String> query, InputStream body) {

  static Map<String, String> query(URI uri) {
    Map<String, String> query = new HashMap<>();
    String raw = uri.getRawQuery();
    if (raw == null || raw.isEmpty()) {
      return query;
    }
    for (String pair : raw.split("&")) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      query.put(decode(name), decode(value));
    }
    return query;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new RestException(
          400, "The query has a broken escape: " + e.getMessage(), "Encode it as a URL");
    }
  }

  JobId job() {
    String text = parameters.get("id");
    try {
      return new JobId(text);
    } catch (IllegalArgumentException e) {
      throw new RestException(
          400, e.getMessage(), "GET /v1/jobs (or 'millrace list') shows the ids");
    }
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(query.get(name)).filter(value -> !value.isBlank());
  }

  boolean flag(String name) {
    String value = query.getOrDefault(name, "false");
    return switch (value) {
      case "true", "" -> true;
      case "false" -> false;
      default ->
          throw new RestException(
              400, name + " is true or false, not '" + value + "'", "Correct the query");
    };
  }

  byte[] bytes() throws IOException {
    return body.readAllBytes();
  }
}
