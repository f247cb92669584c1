package io.millrace.core.config;

import java.util.List;

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
          "Token that calls which change something must carry. 'cluster start' makes one and hands "
              + "it over in a file only its owner can read.");
  public static final ConfigOption<MemorySize> MAX_REQUEST =
      ConfigOption.memory(
          "rest.max-request-size", "512 MiB", "Largest request body: the largest job jar.");
  public static final ConfigOption<java.time.Duration> TIMEOUT =
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
          List.of(HOST, PORT, ALLOW_REMOTE, TOKEN, MAX_REQUEST, TIMEOUT, THREADS));

  private RestOptions() {}
}
