package io.millrace.jobmanager.rest;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** Finds the route of a call. Immutable. */
final class Router {
  /** Answers calls; a stage that completes later does not hold a thread. */
  @FunctionalInterface
  interface Handler {
    CompletionStage<RestResponse> handle(RestRequest request) throws IOException;
  }

  /**
   * @param template path with parts such as {@code {id}}
   * @param description for the index page
   * @param guarded whether the token is needed
   */
  record Route(
      String method, String template, String description, boolean guarded, Handler handler) {
    /** Guarded if it changes something. */
    Route(String method, String template, String description, Handler handler) {
      this(method, template, description, !method.equals("GET"), handler);
    }
  }

  /** A route and the named parts of the path. */
  record Match(Route route, Map<String, String> parameters) {}

  private final List<Route> routes;

  Router(List<Route> routes) {
    this.routes = List.copyOf(routes);
  }

  List<Route> routes() {
    return routes;
  }

  /**
   * @throws RestException with 404 or 405 if there is none
   */
  Match match(String method, String path) {
    TreeSet<String> otherMethods = new TreeSet<>();
    for (Route route : routes) {
      Optional<Map<String, String>> parameters = parameters(route.template(), path);
      if (parameters.isPresent()) {
        if (route.method().equals(method)) {
          return new Match(route, parameters.get());
        }
        otherMethods.add(route.method());
      }
    }
    if (otherMethods.isEmpty()) {
      throw new RestException(404, "There is nothing at " + path, "GET / lists what there is");
    }
    throw new RestException(
        405, path + " does not take " + method, "Use " + String.join(" or ", otherMethods));
  }

  private static Optional<Map<String, String>> parameters(String template, String path) {
    String[] wanted = template.split("/", -1);
    String[] given = path.split("/", -1);
    if (wanted.length != given.length) {
      return Optional.empty();
    }
    Map<String, String> parameters = new HashMap<>();
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i].startsWith("{")) {
        parameters.put(wanted[i].substring(1, wanted[i].length() - 1), given[i]);
      } else if (!wanted[i].equals(given[i])) {
        return Optional.empty();
      }
    }
    return Optional.of(parameters);
  }
}
