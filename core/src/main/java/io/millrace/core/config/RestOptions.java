package io.millrace.core.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The REST interface of the JobManager, and how clients find it. */
public final class RestOptions {
  public static final ConfigOption<String> HOST =
      ConfigOption.string(
          "rest.host",
          "127.0.0.1",
          "Address the REST interface listens on and clients connect to.");
  public static final ConfigOption<Integer> PORT =
      ConfigOption.port("rest.port", "0", "Port of the REST interface; 0 takes a free one.");
  public static final ConfigOption<Boolean> ALLOW_REMOTE =
      ConfigOption.bool(
          "rest.allow-remote",
          false,
          "Allows rest.host to be reachable from other machines. There is no TLS yet: whoever can "
              + "listen on the network sees the token.");
  public static final ConfigOption<String> TOKEN =
      ConfigOption.string(
          "rest.token",
          "",
          "Token that calls must carry which change something or show a job's data; rest.token-file is the better place.");
  public static final ConfigOption<Optional<String>> TOKEN_FILE =
      ConfigOption.optionalString(
          "rest.token-file",
          "File that holds the token, readable by its owner alone. 'cluster start' makes one.");
  public static final ConfigOption<MemorySize> MAX_REQUEST =
      ConfigOption.memory(
          "rest.max-request-size", "512 MiB", "Largest request body: the largest job jar.");
  public static final ConfigOption<Duration> TIMEOUT =
      ConfigOption.duration(
          "rest.timeout",
          "60 s",
          "How long a call may take before it is answered with a time-out; savepoints go on.");
  public static final ConfigOption<Integer> THREADS =
      ConfigOption.integer("rest.threads", 1, 256, "8", "Requests that are served at once.");

  static final OptionGroup GROUP =
      new OptionGroup(
          "REST",
          "The JobManager's REST interface, and how the command line finds it.",
          List.of(HOST, PORT, ALLOW_REMOTE, TOKEN, TOKEN_FILE, MAX_REQUEST, TIMEOUT, THREADS));

  private RestOptions() {}
}
