package io.millrace.client.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.client.run.JobJar;
import io.millrace.client.run.Planning;
import io.millrace.client.run.Planning.Planned;
import io.millrace.client.run.Program;
import io.millrace.client.run.ProgramException;
import io.millrace.client.state.OpenedArchive;
import io.millrace.runtime.inspect.StatePlan.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace plan}: whether a program can go on from a savepoint. */
@Command(
    name = "plan",
    description = {
      "Says what becomes of a savepoint's state in a program, before anything is stopped.",
      "Runs the program's main() and the open() of its functions here; starts no job.",
      "Exit code 0: it starts and loses nothing. 1: it would not, or state is lost."
    },
    footer = {
      "  millrace plan new.jar --from savepoints/savepoint-3f2a-7",
      "  millrace plan new.jar --from savepoints/savepoint-3f2a-7 --allow-dropped-state",
      "  millrace plan new.jar --from savepoints/savepoint-3f2a-7 -- --input bids"
    })
final class PlanCommand extends MillraceCommand {
  @Option(
      names = "--from",
      required = true,
      paramLabel = "SAVEPOINT",
      description = "Directory of a savepoint or retained checkpoint; it may be in s3://BUCKET/.")
  String from;

  @Option(
      names = {"-p", "--parallelism"},
      paramLabel = "N",
      description = "Parallelism of operators that set none; default: that of the savepoint.")
  Optional<Integer> parallelism = Optional.empty();

  @Option(
      names = {"-c", "--class"},
      paramLabel = "CLASS",
      description = "Class whose main() is run; default: Main-Class of the jar's manifest.")
  Optional<String> mainClass = Optional.empty();

  @Option(
      names = "--allow-dropped-state",
      description = "State that no operator claims may be lost.")
  boolean allowDroppedState;

  @Parameters(index = "0", paramLabel = "JAR", description = "The program, with its libraries.")
  Path jar;

  @Parameters(
      index = "1..*",
      paramLabel = "ARGS",
      description = "Passed to the program as they are; after -- if they look like options.")
  List<String> arguments = new ArrayList<>();

  PlanCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    if (parallelism.isPresent() && parallelism.get() < 1) {
      throw usage("--parallelism is at least 1, not " + parallelism.get());
    }
    JobJar opened = JobJar.open(jar.toAbsolutePath());
    try (OpenedArchive archive =
        OpenedArchive.open(from, Optional.empty(), common.configuration(console))) {
      Planning planning =
          new Planning(
              archive.archive(), parallelism.map(OptionalInt::of).orElse(OptionalInt.empty()));
      new Program(opened, mainClass, arguments).run(planning);
      return show(planning.planned());
    } catch (ProgramException e) {
      if (e.isUsage()) {
        throw usage(e.getMessage());
      }
      throw e;
    }
  }

  private int show(List<Planned> planned) {
    boolean safe = planned.stream().allMatch(one -> one.plan().isSafe(allowDroppedState));
    if (common.json) {
      ObjectNode node = JsonNodeFactory.instance.objectNode().put("safe", safe);
      ArrayNode jobs = node.putArray("jobs");
      planned.forEach(one -> jobs.add(json(one)));
      console.json(node);
    } else {
      planned.forEach(this::print);
      console.line(
          safe
              ? "The program can go on from this savepoint."
              : "The program can't go on from this savepoint as it is.");
    }
    return safe ? ExitCode.OK : ExitCode.FAILED;
  }

  private void print(Planned planned) {
    console.line("Job '" + planned.job() + "'");
    if (planned.plan().rows().isEmpty()) {
      console.line("It has no state, and the savepoint has none.");
      return;
    }
    Table table = new Table("UID", "OPERATOR", "STATE", "VERDICT", "DETAIL");
    for (Row row : planned.plan().rows()) {
      List<String> details = row.details().isEmpty() ? List.of("") : row.details();
      table.row(row.uid(), row.name(), row.state(), row.verdict(), details.get(0));
      for (String more : details.subList(1, details.size())) {
        table.row("", "", "", "", more);
      }
    }
    table.print(console);
  }

  private static ObjectNode json(Planned planned) {
    ObjectNode node = JsonNodeFactory.instance.objectNode().put("job", planned.job());
    ArrayNode rows = node.putArray("states");
    for (Row row : planned.plan().rows()) {
      ObjectNode line = rows.addObject();
      line.put("uid", row.uid());
      line.put("operator", row.name());
      line.put("state", row.state());
      line.put("verdict", row.verdict().name());
      ArrayNode details = line.putArray("details");
      row.details().forEach(details::add);
    }
    return node;
  }
}
