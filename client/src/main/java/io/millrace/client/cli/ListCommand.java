package io.millrace.client.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.rest.RestJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace list}. */
@Command(
    name = "list",
    description = "Lists the jobs that run; with --all those that are over too.",
    footer = {"  millrace list", "  millrace list --all --json"})
final class ListCommand extends MillraceCommand {
  @Option(
      names = {"-a", "--all"},
      description = "Jobs that are over too.")
  boolean all;

  ListCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    List<JobView> jobs =
        common.client(console).jobs().stream()
            .filter(job -> all || !job.status().isTerminal())
            .toList();
    if (common.json) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      jobs.forEach(job -> array.add(RestJson.summary(job)));
      console.json(array);
    } else if (jobs.isEmpty()) {
      console.line(all ? "There are no jobs." : "No job runs (--all lists those that are over).");
    } else {
      print(jobs);
    }
    return ExitCode.OK;
  }

  private void print(List<JobView> jobs) {
    Table table = new Table("ID", "NAME", "STATUS", "SUBMITTED", "DURATION", "RESTARTS", "DETAIL");
    Instant now = Instant.now();
    for (JobView job : jobs) {
      table.row(
          job.id(),
          job.name(),
          job.status(),
          JobLines.time(job.submitted()),
          JobLines.duration(Duration.between(job.submitted(), job.finished().orElse(now))),
          job.restarts(),
          job.detail().orElse(""));
    }
    table.print(console);
  }
}
