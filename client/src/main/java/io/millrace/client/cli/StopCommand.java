package io.millrace.client.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.client.MillraceClient;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace stop}. */
@Command(
    name = "stop",
    description = {
      "Stops a job with a savepoint and prints its directory.",
      "The sources end, what the sinks wrote is committed, then the job finishes."
    },
    footer = {"  millrace stop 3f2a", "  millrace stop 3f2a --drain /backup/savepoints"})
final class StopCommand extends JobCommand {
  @Option(
      names = "--drain",
      description =
          "The job is over for good: event time goes to its end, all windows and timers fire.")
  boolean drain;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DIR",
      description = "Where it goes; default: checkpoint.savepoint-directory of the cluster.")
  Optional<String> directory = Optional.empty();

  StopCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    MillraceClient client = common.client(console);
    String path = client.stop(find(client), directory, drain);
    if (common.json) {
      console.json(JsonNodeFactory.instance.objectNode().put("savepoint", path));
    } else {
      console.line(path);
    }
    return ExitCode.OK;
  }
}
