package io.millrace.jobmanager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;

/** An answer, whole. */
record RestResponse(int status, String contentType, byte[] body) {
  static RestResponse json(int status, JsonNode node) {
    return new RestResponse(
        status, "application/json", (node + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static RestResponse text(String contentType, String text) {
    return new RestResponse(
        200, contentType + "; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }
}
