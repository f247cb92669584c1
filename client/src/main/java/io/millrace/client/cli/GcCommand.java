package io.millrace.client.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.client.ClusterException;
import io.millrace.client.process.RunDirectory;
import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.DurationText;
import io.millrace.core.config.MemorySize;
import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.FileStores;
import io.millrace.runtime.checkpoint.OrphanedFiles;
import io.millrace.runtime.checkpoint.OrphanedFiles.Orphan;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.rpc.Build;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace checkpoints gc}. */
@Command(
    name = "gc",
    description = {
      "Deletes files in a checkpoint directory that no job needs: uploads of checkpoints that were"
          + " given up when a process died, deletions that did not end.",
      "Checkpoints that a job's pointer names, the files they share, and complete savepoints are"
          + " never touched, nor is what is younger than --older-than: it may be of a checkpoint in"
          + " the making. Jobs may run."
    },
    footer = {
      "  millrace checkpoints gc --dry-run",
      "  millrace checkpoints gc /data/checkpoints --older-than 6h",
      "  millrace checkpoints gc s3://bucket/checkpoints --job 3f2a5b6c7d8e9f00 --dry-run"
    })
final class GcCommand extends MillraceCommand {
  private static final Pattern OF_JOB = Pattern.compile("(.+)/([0-9a-f]{16})/*");

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DIRECTORY",
      description =
          "Where checkpoints are kept, or one job's directory there; default: checkpoint.directory,"
              + " else that of the cluster started here.")
  Optional<String> directory = Optional.empty();

  @Option(
      names = "--job",
      paramLabel = "ID",
      description = "Only what is left of this job: 16 hexadecimal digits.")
  Optional<String> job = Optional.empty();

  @Option(
      names = "--older-than",
      paramLabel = "DURATION",
      description =
          "Leave what is younger, such as 6h; default: 24h. It must be longer than any checkpoint"
              + " takes (checkpoint.timeout); 0 only if no job runs.")
  String olderThan = "24h";

  @Option(names = "--dry-run", description = "Only list what would be deleted.")
  boolean dryRun;

  GcCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    Duration age;
    try {
      age = DurationText.parse(olderThan);
    } catch (IllegalArgumentException e) {
      throw usage("--older-than: '" + olderThan + "' " + e.getMessage());
    }
    if (job.isPresent() && !job.get().matches("[0-9a-f]{16}")) {
      throw usage("--job is 16 hexadecimal digits, not '" + job.get() + "'");
    }
    Configuration configuration = common.configuration(console);
    String root = directory.orElseGet(() -> ownDirectory(configuration));
    Optional<JobId> only = job.map(JobId::new);
    Matcher ofJob = OF_JOB.matcher(root);
    if (ofJob.matches()) {
      // Shared files are judged by all jobs that may have them.
      root = ofJob.group(1);
      only = Optional.of(new JobId(ofJob.group(2)));
    }
    Duration checkpoint = configuration.get(CheckpointOptions.TIMEOUT);
    if (!dryRun && !age.isZero() && age.compareTo(checkpoint) < 0) {
      throw usage(
          "--older-than "
              + olderThan
              + " is shorter than a checkpoint may take (checkpoint.timeout, "
              + checkpoint.toSeconds()
              + " s): files of one in the making would be deleted. Name a longer one, or 0 if no"
              + " job runs");
    }
    FileStore files = FileStores.of(configuration).open(root);
    OrphanedFiles orphans = new OrphanedFiles(files, Build.CURRENT.toString());
    Instant now = Instant.now();
    Optional<JobId> chosen = only;
    List<Orphan> found =
        orphans.find(now.minus(age)).stream()
            .filter(orphan -> chosen.isEmpty() || orphan.job().equals(chosen.get()))
            .toList();
    if (!dryRun) {
      orphans.delete(found);
    }
    print(found, files.location(), now);
    return ExitCode.OK;
  }

  private String ownDirectory(Configuration configuration) {
    return configuration
        .get(CheckpointOptions.DIRECTORY)
        .orElseGet(
            () -> {
              Path own = RunDirectory.of(console.environment()).data().resolve("checkpoints");
              if (!Files.isDirectory(own)) {
                throw new ClusterException(
                    "No cluster has kept checkpoints here",
                    "Name the directory: millrace checkpoints gc DIRECTORY");
              }
              return own.toString();
            });
  }

  private void print(List<Orphan> found, String location, Instant now) {
    long bytes = found.stream().mapToLong(orphan -> orphan.file().bytes()).sum();
    if (common.json) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("location", location).put("deleted", !dryRun).put("bytes", bytes);
      ArrayNode array = node.putArray("files");
      for (Orphan orphan : found) {
        array
            .addObject()
            .put("path", orphan.file().path())
            .put("bytes", orphan.file().bytes())
            .put("modified", orphan.file().modified().toString())
            .put("why", orphan.why());
      }
      console.json(node);
      return;
    }
    if (!found.isEmpty()) {
      Table table = new Table("FILE", "BYTES", "AGE", "WHY");
      for (Orphan orphan : found) {
        table.row(
            orphan.file().path(),
            orphan.unfinished() && orphan.file().bytes() == 0 ? "?" : orphan.file().bytes(),
            JobLines.duration(Duration.between(orphan.file().modified(), now)),
            orphan.why());
      }
      table.print(console);
    }
    console.line(
        found.size()
            + (found.size() == 1 ? " file" : " files")
            + " in "
            + location
            + " that nothing needs, "
            + new MemorySize(bytes)
            + (found.isEmpty() ? "" : dryRun ? "; none was deleted (--dry-run)" : "; deleted"));
  }
}
