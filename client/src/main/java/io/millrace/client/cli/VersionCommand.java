package io.millrace.client.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.runtime.rpc.Build;
import picocli.CommandLine.Command;

/** {@code millrace version}. */
@Command(
    name = "version",
    description = "Prints the version of Millrace and of Java.",
    footer = {"  millrace version"})
final class VersionCommand extends MillraceCommand {
  VersionCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    String java = System.getProperty("java.version");
    if (common.json) {
      console.json(
          JsonNodeFactory.instance
              .objectNode()
              .put("version", Build.CURRENT.version())
              .put("protocol", Build.CURRENT.protocol())
              .put("java", java));
    } else {
      console.line(Build.CURRENT + ", Java " + java);
    }
    return ExitCode.OK;
  }
}
