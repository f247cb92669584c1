package io.millrace.client.cli;

import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.NearestName;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code millrace} command. */
@Command(
    name = "millrace",
    description = "Millrace: streams and batches, exactly once.",
    footer = {
      "  millrace cluster start",
      "  millrace run my-job.jar",
      "  millrace list",
      "Every command has --help, --json, and exits with 0 (ok), 1 (failed) or 2 (wrong usage)."
    })
public final class MillraceMain extends MillraceCommand {
  private MillraceMain(Console console) {
    super(console);
  }

  public static void main(String[] args) {
    // The program that 'run' runs may leave threads behind.
    System.exit(execute(args, System.getenv(), System.out, System.err));
  }

  /** Runs one command; returns its exit code. */
  public static int execute(
      String[] args, Map<String, String> environment, OutputStream out, OutputStream err) {
    Console console = new Console(writer(out), writer(err), environment);
    CommandLine line =
        new CommandLine(new MillraceMain(console))
            .addSubcommand(
                new CommandLine(new ClusterCommand(console))
                    .addSubcommand(new ClusterCommand.Start(console))
                    .addSubcommand(new ClusterCommand.Stop(console))
                    .addSubcommand(new ClusterCommand.Status(console)))
            .addSubcommand(new RunCommand(console))
            .addSubcommand(new ListCommand(console))
            .addSubcommand(new CancelCommand(console))
            .addSubcommand(new StopCommand(console))
            .addSubcommand(new SavepointCommand(console))
            .addSubcommand(
                new CommandLine(new CheckpointsCommand(console))
                    .addSubcommand(new GcCommand(console)))
            .addSubcommand(new PlanCommand(console))
            .addSubcommand(
                new CommandLine(new StateCommand(console))
                    .addSubcommand(new StateCommand.Ls(console))
                    .addSubcommand(new StateCommand.Dump(console))
                    .addSubcommand(new StateGetCommand(console)))
            .addSubcommand(new VersionCommand(console));
    line.setOut(console.out()).setErr(console.err());
    // What follows the jar belongs to the program.
    line.getSubcommands().get("run").setStopAtPositional(true);
    line.setParameterExceptionHandler((failure, given) -> wrongUsage(console, failure, given));
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> failed(console, failure, command));
    int code = line.execute(args);
    console.out().flush();
    console.err().flush();
    return code;
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(console.out());
    return ExitCode.USAGE;
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  private static int failed(Console console, Exception failure, CommandLine command) {
    if (failure instanceof ParameterException wrong) {
      return wrongUsage(console, wrong, new String[0]);
    }
    CommonOptions common = ((MillraceCommand) command.getCommand()).common;
    console.failure(failure, common.json, common.verbose);
    return failure instanceof ConfigurationException ? ExitCode.USAGE : ExitCode.FAILED;
  }

  private static int wrongUsage(Console console, ParameterException failure, String[] given) {
    CommandLine command = failure.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String message = failure.getMessage();
    if (failure instanceof UnmatchedArgumentException unmatched) {
      message = unmatched(command, unmatched.getUnmatched().get(0));
    }
    boolean json =
        List.of(given).contains("--json")
            || command.getCommand() instanceof MillraceCommand known
                && known.common != null
                && known.common.json;
    console.failure(new IllegalArgumentException(message + " (" + name + " --help)"), json, false);
    return ExitCode.USAGE;
  }

  private static String unmatched(CommandLine command, String argument) {
    List<String> candidates = new ArrayList<>();
    boolean option = argument.startsWith("-");
    if (option) {
      for (OptionSpec known : command.getCommandSpec().options()) {
        candidates.addAll(List.of(known.names()));
      }
    } else {
      candidates.addAll(command.getSubcommands().keySet());
    }
    String what =
        option
            ? "There is no option "
            : candidates.isEmpty() ? "Too many arguments: " : "There is no command ";
    String bare = option ? argument.replaceFirst("=.*", "") : argument;
    return what
        + "'"
        + bare
        + "'"
        + NearestName.of(bare, candidates).map(near -> "; did you mean '" + near + "'?").orElse("");
  }
}
