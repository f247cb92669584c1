package io.millrace.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code millrace demo}: the main job on a cluster of processes, with one of them killed, checked
 * to the last record.
 */
@Command(
    name = "millrace demo",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a Kafka broker, a JobManager and two TaskManagers as processes of their own, runs the hot auctions job from"
          + " Kafka to Kafka, kills a TaskManager with kill -9 halfway, and compares the committed results with a"
          + " recomputation. Ends with 0 if each result is there exactly once."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace demo",
      "  millrace demo --records 500000 --json",
      "  millrace demo --no-kill --keep"
    })
public final class Demo implements Callable<Integer> {
  static final String BIDS = "bids";
  static final String RESULTS = "hot-auctions";
  static final String LEDGER = "ledger";

  @Option(
      names = "--records",
      paramLabel = "N",
      description = "Bids to process; default: ${DEFAULT-VALUE}.")
  int records = 2_000_000;

  @Option(
      names = "--parallelism",
      paramLabel = "P",
      description = "Of the job; default: ${DEFAULT-VALUE}, all slots.")
  int parallelism = 4;

  @Option(names = "--no-kill", description = "Kill nothing.")
  boolean noKill;

  @Option(
      names = "--json",
      description = "Print one line of JSON at the end; progress goes to the error output.")
  boolean json;

  @Option(names = "--keep", description = "Leave everything running at the end, until Ctrl-C.")
  boolean keep;

  private Demo() {}

  public static void main(String[] args) {
    CommandLine command = new CommandLine(new Demo());
    command.setExecutionExceptionHandler(
        (e, line, parsed) -> {
          System.err.println(
              "millrace demo: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
          return 1;
        });
    System.exit(command.execute(args));
  }

  @Override
  public Integer call() throws Exception {
    if (records < 1) {
      throw new CommandLine.ParameterException(
          new CommandLine(this), "--records is at least 1, not " + records);
    }
    if (parallelism < 1 || parallelism > 4) {
      throw new CommandLine.ParameterException(
          new CommandLine(this),
          "--parallelism is 1 to 4, the slots of the demo's cluster, not " + parallelism);
    }
    String home = System.getProperty("millrace.home");
    if (home == null) {
      throw new DemoException("Run it as ./millrace demo, which says where the build is");
    }
    PrintStream progress = json ? System.err : System.out;
    DemoRun.Settings settings = new DemoRun.Settings(Path.of(home), records, parallelism, !noKill);
    try (DemoRun run = new DemoRun(settings, progress)) {
      Runtime.getRuntime().addShutdownHook(new Thread(run::close, "millrace-demo-interrupted"));
      DemoRun.Outcome outcome = run.run();
      report(outcome, progress);
      if (keep) {
        progress.println();
        progress.println("Everything is still running; Ctrl-C ends it. " + run.addresses());
        Thread.currentThread().join();
      }
      return outcome.verdict().isExactlyOnce() && outcome.lateDropped() == 0 ? 0 : 1;
    }
  }

  private void report(DemoRun.Outcome outcome, PrintStream progress) {
    Verdict verdict = outcome.verdict();
    boolean exact = verdict.isExactlyOnce() && outcome.lateDropped() == 0;
    progress.println();
    if (exact) {
      progress.printf(
          "Verdict: %,d results and %,d ledger entries, each exactly once.%n",
          verdict.results(), verdict.ledger());
    } else {
      progress.printf(
          "Verdict: VIOLATED: %,d missing, %,d duplicated, %,d wrong, %,d late bids dropped.%n",
          verdict.missing(), verdict.duplicated(), verdict.wrong(), outcome.lateDropped());
      verdict.differences().forEach(difference -> progress.println("  " + difference));
    }
    progress.printf(
        "  %,.0f bids/s; first result %.1f s after the start%s.%n",
        outcome.recordsPerSecond(),
        outcome.secondsToFirstResult(),
        outcome.kills() == 0
            ? ""
            : String.format("; %.1f s from the kill to new results", outcome.secondsToRecover()));
    if (json) {
      ObjectNode line =
          JsonNodeFactory.instance
              .objectNode()
              .put("verdict", exact ? "exactly-once" : "violated")
              .put("results", verdict.results())
              .put("ledger", verdict.ledger())
              .put("missing", verdict.missing())
              .put("duplicated", verdict.duplicated())
              .put("wrong", verdict.wrong())
              .put("late_dropped", outcome.lateDropped())
              .put("kills", outcome.kills())
              .put("records_per_s", Math.round(outcome.recordsPerSecond()))
              .put("seconds_to_first_result", outcome.secondsToFirstResult())
              .put("seconds_to_recover", outcome.secondsToRecover());
      System.out.println(line);
    }
  }
}
