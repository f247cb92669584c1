package io.millrace.client.cli;

import io.millrace.client.MillraceClient;
import io.millrace.jobmanager.JobView;
import io.millrace.runtime.id.JobId;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Parameters;

/** A command about one job. */
abstract class JobCommand extends MillraceCommand {
  static final String ID =
      "Id of the job ('millrace list' shows it), or an unambiguous beginning of it.";

  @Parameters(index = "0", paramLabel = "ID", description = ID)
  String job;

  JobCommand(Console console) {
    super(console);
  }

  JobId find(MillraceClient client) {
    return find(client, job, this::usage);
  }

  /**
   * @param usage makes what is thrown if it can't be told which job is meant
   */
  static JobId find(MillraceClient client, String job, Function<String, RuntimeException> usage) {
    if (job.matches("[0-9a-f]{16}")) {
      return new JobId(job);
    }
    if (!job.matches("[0-9a-f]{1,15}")) {
      throw usage.apply(
          "'" + job + "' is not a job id: that is 16 hexadecimal digits (millrace list)");
    }
    List<JobView> matches =
        client.jobs().stream().filter(view -> view.id().value().startsWith(job)).toList();
    if (matches.size() != 1) {
      throw usage.apply(
          (matches.isEmpty() ? "No job's id starts" : matches.size() + " jobs' ids start")
              + " with '"
              + job
              + "' (millrace list --all)");
    }
    return matches.get(0).id();
  }
}
