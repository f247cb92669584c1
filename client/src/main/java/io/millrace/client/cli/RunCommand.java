package io.millrace.client.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.client.MillraceClient;
import io.millrace.client.run.JobJar;
import io.millrace.client.run.Program;
import io.millrace.client.run.ProgramException;
import io.millrace.client.run.Submission;
import io.millrace.core.config.ExecutionOptions;
import io.millrace.jobmanager.JobView;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.submit.JobFailedException;
import io.millrace.runtime.submit.JobHandle;
import io.millrace.runtime.submit.JobResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace run}. */
@Command(
    name = "run",
    description = {
      "Runs a program: its main() here, the jobs that it executes on the cluster.",
      "Waits until they are over, unless detached. Ctrl-C ends the waiting, not the job."
    },
    footer = {
      "  millrace run my-job.jar --input bids",
      "  millrace run -d -p 8 -c com.example.HotAuctions my-job.jar",
      "  millrace run --from /savepoints/savepoint-3f2a-12 my-job.jar"
    })
final class RunCommand extends MillraceCommand {
  @Option(
      names = {"-d", "--detached"},
      description = "Return as soon as the job is submitted.")
  boolean detached;

  @Option(
      names = {"-p", "--parallelism"},
      paramLabel = "N",
      description = "Parallelism of operators that set none; default: all slots of the cluster.")
  Optional<Integer> parallelism = Optional.empty();

  @Option(
      names = {"-c", "--class"},
      paramLabel = "CLASS",
      description = "Class whose main() is run; default: Main-Class of the jar's manifest.")
  Optional<String> mainClass = Optional.empty();

  @Option(
      names = "--from",
      paramLabel = "SAVEPOINT",
      description = "Directory of a savepoint or retained checkpoint to start from.")
  Optional<String> from = Optional.empty();

  @Option(
      names = "--allow-dropped-state",
      description = "Drop state of the savepoint that no operator claims, rather than refuse.")
  boolean allowDroppedState;

  @Option(
      names = "--strict-uids",
      description = "Refuse a job with state whose operator has neither a uid nor a unique name.")
  boolean strictUids;

  @Parameters(index = "0", paramLabel = "JAR", description = "The program, with its libraries.")
  Path jar;

  @Parameters(
      index = "1..*",
      paramLabel = "ARGS",
      description = "Passed to the program as they are.")
  List<String> arguments = new ArrayList<>();

  RunCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (parallelism.isPresent() && parallelism.get() < 1) {
      throw usage("--parallelism is at least 1, not " + parallelism.get());
    }
    Progress progress = new Progress();
    Thread hook = new Thread(progress::interrupted, "millrace-client-interrupted");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return run(progress);
    } catch (ProgramException e) {
      if (e.isUsage()) {
        throw usage(e.getMessage());
      }
      throw e;
    } finally {
      progress.over();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // It is running: Ctrl-C came.
      }
    }
  }

  private int run(Progress progress) throws InterruptedException {
    JobJar opened = JobJar.open(jar.toAbsolutePath());
    MillraceClient client = common.client(console);
    Submission submission =
        new Submission(
            client,
            new Submission.Options(
                opened.path(), detached, chosenParallelism(), from, allowDroppedState, strictUids),
            progress);
    try {
      new Program(opened, mainClass, arguments).run(submission);
    } catch (JobFailedException e) {
      // Reported below, with the others.
    }
    int code = ExitCode.OK;
    for (JobHandle handle : submission.submitted()) {
      JobResult result = await(handle);
      progress.over(result.id());
      report(result);
      if (result.status() == JobResult.Status.FAILED) {
        code = ExitCode.FAILED;
      }
    }
    return code;
  }

  private OptionalInt chosenParallelism() {
    int configured = common.configuration(console).get(ExecutionOptions.PARALLELISM);
    if (parallelism.isPresent()) {
      return OptionalInt.of(parallelism.get());
    }
    return configured > 0 ? OptionalInt.of(configured) : OptionalInt.empty();
  }

  private static JobResult await(JobHandle handle) throws InterruptedException {
    try {
      return handle.result().toCompletableFuture().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("Lost sight of job " + handle.id(), e.getCause());
    }
  }

  private void report(JobResult result) {
    if (common.json) {
      console.json(
          detached
              ? JsonNodeFactory.instance
                  .objectNode()
                  .put("id", result.id().value())
                  .put("name", result.name())
              : JobLines.json(result));
      return;
    }
    if (detached) {
      console.line(result.id().value());
      return;
    }
    String line =
        "Job "
            + result.id()
            + " ("
            + result.name()
            + ") is "
            + result.status()
            + " after "
            + JobLines.duration(result.duration())
            + (result.restarts() == 0 ? "" : ", restarts: " + result.restarts());
    console.line(line);
    result
        .failure()
        .ifPresent(
            failure ->
                console.note(
                    "millrace: job failed: "
                        + failure.summary()
                        + (common.verbose ? "\n" + failure.stackTrace() : "")));
  }

  /** Tells how jobs are doing, and at Ctrl-C how to go on with them. */
  private final class Progress implements Submission.Listener {
    private final Map<JobId, String> last = new ConcurrentHashMap<>();
    private volatile boolean done;

    @Override
    public void submitted(JobId job, String name) {
      if (!detached) {
        last.put(job, JobView.Status.CREATED.name());
        note("Job " + job + " (" + name + ") is submitted");
      }
    }

    @Override
    public void seen(JobView job) {
      if (!job.status().isTerminal()) {
        String now = job.status() + reason(job);
        if (!now.equals(last.put(job.id(), now))) {
          note("Job " + job.id() + " is " + now);
        }
      }
    }

    private String reason(JobView job) {
      return job.detail().map(detail -> ": " + detail).orElse("");
    }

    private void note(String text) {
      if (!common.json) {
        console.note(text);
      }
    }

    void over(JobId job) {
      last.remove(job);
    }

    void over() {
      done = true;
    }

    void interrupted() {
      if (!done) {
        last.keySet()
            .forEach(
                job ->
                    console.note(
                        "Job " + job + " goes on; cancel it with: millrace cancel " + job));
      }
    }
  }
}
