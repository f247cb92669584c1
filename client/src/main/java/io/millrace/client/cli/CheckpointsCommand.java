package io.millrace.client.cli;

import io.millrace.client.MillraceClient;
import io.millrace.jobmanager.JobView.CheckpointShareView;
import io.millrace.jobmanager.JobView.CheckpointView;
import io.millrace.jobmanager.JobView.CheckpointsView;
import io.millrace.jobmanager.rest.RestJson;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace checkpoints}. */
@Command(
    name = "checkpoints",
    description = {
      "Lists the last checkpoints of a job, and where the time of one went; 'gc' deletes what is left"
          + " of old ones.",
      "Times are of the slowest subtask: aligning barriers (meanwhile records wait), taking the cut"
          + " (no record is processed), and writing it (beside the records). IN FLIGHT are the bytes"
          + " of records that barriers have overtaken; '-' if it is aligned."
    },
    footer = {"  millrace checkpoints 3f2a", "  millrace checkpoints 3f2a --id 17"})
final class CheckpointsCommand extends MillraceCommand {
  @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = JobCommand.ID)
  Optional<String> job = Optional.empty();

  @Option(
      names = "--id",
      paramLabel = "N",
      description = "The checkpoint to look into; default: the latest completed one.")
  Optional<Long> id = Optional.empty();

  CheckpointsCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    if (job.isEmpty()) {
      throw usage("Say of which job: millrace checkpoints ID");
    }
    MillraceClient client = common.client(console);
    CheckpointsView checkpoints =
        client.job(JobCommand.find(client, job.get(), this::usage)).checkpoints();
    if (common.json) {
      console.json(RestJson.checkpoints(checkpoints));
      return ExitCode.OK;
    }
    Optional<CheckpointView> chosen = chosen(checkpoints);
    console.line(
        checkpoints.completed()
            + " completed, "
            + checkpoints.failed()
            + " failed since the JobManager took the job"
            + checkpoints
                .restoredFrom()
                .map(restored -> "; it started from checkpoint " + restored)
                .orElse(""));
    if (checkpoints.history().isEmpty()) {
      console.line("There is none to list.");
      return ExitCode.OK;
    }
    print(checkpoints.history());
    chosen.ifPresent(this::print);
    return ExitCode.OK;
  }

  private Optional<CheckpointView> chosen(CheckpointsView checkpoints) {
    if (id.isEmpty()) {
      return checkpoints.latest();
    }
    Optional<CheckpointView> found =
        checkpoints.history().stream().filter(view -> view.id() == id.get()).findFirst();
    if (found.isEmpty()) {
      throw usage(
          "Checkpoint "
              + id.get()
              + " is not among the last ones: "
              + checkpoints.history().stream().map(CheckpointView::id).toList());
    }
    return found;
  }

  private void print(List<CheckpointView> history) {
    Table table =
        new Table("ID", "KIND", "STATUS", "TRIGGERED", "DURATION", "BYTES", "IN FLIGHT", "WHERE");
    for (CheckpointView view : history) {
      table.row(
          view.id(),
          view.savepoint() ? "savepoint" : "checkpoint",
          view.status(),
          JobLines.time(view.triggered()),
          millis(view.duration()),
          view.bytes(),
          inFlight(view.unaligned(), view.channelBytes()),
          view.failure().orElse(view.location()));
    }
    table.print(console);
  }

  private void print(CheckpointView view) {
    if (view.shares().isEmpty()) {
      return;
    }
    console.line("");
    console.line((view.savepoint() ? "Savepoint " : "Checkpoint ") + view.id() + " by operator");
    Table table =
        new Table("OPERATOR", "DONE", "ALIGNMENT", "CUT", "WRITING", "BYTES", "IN FLIGHT");
    for (CheckpointShareView share : view.shares()) {
      table.row(
          share.name(),
          share.acknowledged() + "/" + share.subtasks(),
          millis(share.alignment()),
          millis(share.sync()),
          millis(share.async()),
          share.bytes(),
          inFlight(share.unaligned(), share.channelBytes()));
    }
    table.print(console);
  }

  private static String inFlight(boolean unaligned, long bytes) {
    return unaligned ? String.valueOf(bytes) : "-";
  }

  private static String millis(Duration duration) {
    return String.format(Locale.ROOT, "%.1f ms", duration.toNanos() / 1e6);
  }
}
