package io.millrace.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.client.ClusterException;
import java.io.PrintWriter;
import java.util.Map;

/**
 * Where commands write and what they know of the outside. Results go to {@code out}; all else, to
 * {@code err}, so that output can be piped.
 */
record Console(PrintWriter out, PrintWriter err, Map<String, String> environment) {
  void line(String text) {
    out.println(text);
    out.flush();
  }

  /** Something people want to know while they wait. */
  void note(String text) {
    err.println(text);
    err.flush();
  }

  void json(JsonNode node) {
    line(node.toString());
  }

  /** One clear line; with {@code verbose} the whole story below it. */
  void failure(Throwable failure, boolean json, boolean verbose) {
    String message = message(failure);
    String remedy = failure instanceof ClusterException e ? e.remedy() : "";
    if (json) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("error", message);
      node.put("remedy", remedy);
      err.println(node);
    } else {
      err.println("millrace: " + message + (remedy.isEmpty() ? "" : ". " + remedy));
    }
    if (verbose) {
      failure.printStackTrace(err);
    }
    err.flush();
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.toString() : message;
  }
}
