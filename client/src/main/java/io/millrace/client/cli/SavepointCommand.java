package io.millrace.client.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.client.MillraceClient;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code millrace savepoint}. */
@Command(
    name = "savepoint",
    description = {
      "Takes a savepoint of a running job and prints its directory.",
      "'run --from' starts from it, at any parallelism."
    },
    footer = {"  millrace savepoint 3f2a", "  millrace savepoint 3f2a /backup/savepoints"})
final class SavepointCommand extends JobCommand {
  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DIR",
      description = "Where it goes; default: checkpoint.savepoint-directory of the cluster.")
  Optional<String> directory = Optional.empty();

  SavepointCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    MillraceClient client = common.client(console);
    String path = client.savepoint(find(client), directory);
    if (common.json) {
      console.json(JsonNodeFactory.instance.objectNode().put("savepoint", path));
    } else {
      console.line(path);
    }
    return ExitCode.OK;
  }
}
