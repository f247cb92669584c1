package io.millrace.client.cli;

import io.millrace.client.MillraceClient;
import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.rest.RestJson;
import picocli.CommandLine.Command;

/** {@code millrace cancel}. */
@Command(
    name = "cancel",
    description = {
      "Cancels a job, without a savepoint; returns when it is over.",
      "Retained checkpoints stay; 'stop' ends a job with a savepoint."
    },
    footer = {"  millrace cancel 3f2a"})
final class CancelCommand extends JobCommand {
  CancelCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    MillraceClient client = common.client(console);
    JobView view = client.cancel(find(client));
    if (common.json) {
      console.json(RestJson.summary(view));
    } else {
      console.line("Job " + view.id() + " (" + view.name() + ") is " + view.status());
    }
    return ExitCode.OK;
  }
}
