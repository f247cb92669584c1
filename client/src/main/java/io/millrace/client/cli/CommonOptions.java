package io.millrace.client.cli;

import io.millrace.client.ClusterException;
import io.millrace.client.MillraceClient;
import io.millrace.client.process.RunDirectory;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.ExecutionOptions;
import io.millrace.core.config.RestOptions;
import io.millrace.runtime.config.YamlConfiguration;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of every command. */
final class CommonOptions {
  @Option(names = "--json", description = "Print JSON, for machines.")
  boolean json;

  @Option(
      names = {"-v", "--verbose"},
      description = "On failure, show the whole cause chain.")
  boolean verbose;

  @Option(
      names = "--address",
      paramLabel = "URL",
      description =
          "REST address of the cluster, such as http://127.0.0.1:8081. Default: execution.cluster of"
              + " the configuration, else the cluster that 'cluster start' started here.")
  Optional<String> address = Optional.empty();

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Set a configuration option (docs/configuration.md); may be repeated.")
  List<String> overrides = new ArrayList<>();

  Configuration configuration(Console console) {
    return YamlConfiguration.effective(console.environment(), overrides);
  }

  /** The cluster that the command is about. */
  MillraceClient client(Console console) {
    Configuration configuration = configuration(console);
    RunDirectory directory = RunDirectory.of(console.environment());
    Optional<String> named = address.or(() -> configuration.get(ExecutionOptions.CLUSTER));
    Optional<String> token = token(configuration);
    if (named.isPresent()) {
      return new MillraceClient(uri(named.get()), token.or(directory::token));
    }
    RunDirectory.State state =
        directory
            .state()
            .orElseThrow(
                () ->
                    new ClusterException(
                        "No cluster was started here",
                        "Start one with 'millrace cluster start', or name one with --address"));
    if (!state.isAlive()) {
      throw new ClusterException(
          "The cluster at " + state.rest() + " has died (logs: " + directory.logs() + ")",
          "Start it again: millrace cluster start");
    }
    return new MillraceClient(uri(state.rest()), token.or(directory::token));
  }

  private static Optional<String> token(Configuration configuration) {
    Optional<String> file = configuration.get(RestOptions.TOKEN_FILE);
    if (file.isPresent()) {
      try {
        return Optional.of(Files.readString(Path.of(file.get())).strip());
      } catch (IOException e) {
        throw new ClusterException(
            "Can't read the token file " + file.get() + ": " + e.getMessage(),
            "Correct rest.token-file",
            e);
      }
    }
    return configuration.find(RestOptions.TOKEN).filter(text -> !text.isEmpty());
  }

  private static URI uri(String text) {
    try {
      URI uri = URI.create(text.contains("://") ? text : "http://" + text);
      if (uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new ClusterException(
          "'" + text + "' is not an address", "Write it as http://host:port", e);
    }
    throw new ClusterException("'" + text + "' is not an address", "Write it as http://host:port");
  }
}
