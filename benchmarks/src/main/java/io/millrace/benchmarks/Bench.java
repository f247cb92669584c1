package io.millrace.benchmarks;

import io.millrace.benchmarks.cluster.InProcessCluster;
import io.millrace.benchmarks.cluster.KeptCluster;
import io.millrace.benchmarks.cluster.ProcessCluster;
import io.millrace.benchmarks.columnar.ColumnarSum;
import io.millrace.benchmarks.measure.IdleMeasurement;
import io.millrace.benchmarks.measure.Measurement;
import io.millrace.benchmarks.measure.Plan;
import io.millrace.benchmarks.measure.ResultTable;
import io.millrace.benchmarks.workload.Workload;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.DurationText;
import io.millrace.core.config.MemoryOptions;
import io.millrace.core.config.MemorySize;
import io.millrace.core.config.NearestName;
import io.millrace.core.config.StateOptions;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.core.state.StateBackend;
import io.millrace.runtime.state.rocksdb.RocksDbSettings;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code millrace bench}: runs a workload on the real engine and says what a record costs. */
@Command(
    name = "millrace bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs a workload on the real engine: a warm-up, then the measured runs, on a cluster that is kept for all of them. With"
          + " one TaskManager that is the in-process cluster, with more they are processes that exchange records over loopback"
          + " TCP. CPU time is that of all processes, with collector, compiler and control plane."
    },
    footerHeading =
        "%nThe Java machine's options are in MILLRACE_BENCH_JVM"
            + " (default: -Xms4g -Xmx4g -XX:+UseParallelGC).%nExamples:%n",
    footer = {
      "  millrace bench keyed-count --keys 1k",
      "  millrace bench window --tumbling --records 10M,20M --runs 1 --json",
      "  millrace bench keyed-count --task-managers 2 --checkpoint-interval 1s",
      "  millrace bench idle --jobs 10",
      "  millrace bench keyed-count --backend rocksdb --cache '256 MiB' --checkpoint-interval 1s"
    })
public final class Bench implements Callable<Integer> {
  private static final String IDLE = "idle";
  private static final long DEFAULT_KEYS = 1_000_000;
  private static final Duration RECOVERY_INTERVAL = Duration.ofSeconds(1);

  private final PrintStream out;
  private final Map<String, String> environment;

  @Spec CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "WORKLOAD",
      description = "One of: ${COMPLETION-CANDIDATES}.",
      completionCandidates = Titles.class)
  String workload;

  @Option(
      names = "--records",
      paramLabel = "N[,N...]",
      split = ",",
      converter = Count.class,
      description =
          "Source records of a run, such as 10M or 500k; a line of results for each N. Default: enough for some seconds.")
  List<Long> records = List.of();

  @Option(
      names = "--parallelism",
      paramLabel = "P",
      description = "Of all operators; default: ${DEFAULT-VALUE}.")
  int parallelism = 2;

  @Option(
      names = "--keys",
      paramLabel = "K",
      converter = Count.class,
      description =
          "Different keys of keyed-count, shuffle-only, columnar-sum and recovery; default: 1M.")
  long keys = DEFAULT_KEYS;

  @Option(names = "--tumbling", description = "Windows of 10 s that do not overlap (window).")
  boolean tumbling;

  @Option(
      names = "--rate",
      paramLabel = "R",
      converter = Count.class,
      description = "Records a second (latency); default: 20k.")
  long rate = 20_000;

  @Option(
      names = "--backend",
      paramLabel = "heap|rocksdb",
      description = "Where state is kept; default: ${DEFAULT-VALUE}.")
  String backend = "heap";

  @Option(
      names = "--cache",
      paramLabel = "SIZE",
      description =
          "Object cache of RocksDB state of each TaskManager, such as '64 MiB'; default: that of"
              + " state.rocksdb.cache-memory.")
  Optional<String> cache = Optional.empty();

  @Option(
      names = "--checkpoint-interval",
      paramLabel = "D",
      description = "Such as 1s or 500ms; default: no checkpoints, 1s in recovery.")
  Optional<String> checkpointInterval = Optional.empty();

  @Option(
      names = "--task-managers",
      paramLabel = "T",
      description = "Processes that run the tasks; default: ${DEFAULT-VALUE}, inside this one.")
  int taskManagers = 1;

  @Option(
      names = "--kill",
      description = "Kill a TaskManager with kill -9, rather than throw (recovery).")
  boolean kill;

  @Option(
      names = "--jobs",
      paramLabel = "J",
      description = "Jobs that run at the same time (idle); default: ${DEFAULT-VALUE}.")
  int jobs = 10;

  @Option(
      names = "--time",
      paramLabel = "D",
      description = "How long they are watched (idle); default: ${DEFAULT-VALUE}.")
  String time = "20s";

  @Option(
      names = "--runs",
      paramLabel = "R",
      description = "Measured runs; default: ${DEFAULT-VALUE}.")
  int runs = 3;

  @Option(
      names = "--warm",
      paramLabel = "N",
      converter = Count.class,
      description = "Records of the warm-up, 0 for none; default: a third of the first --records.")
  Optional<Long> warm = Optional.empty();

  @Option(
      names = "--steady",
      description =
          "Follow each run of n records by one of 2n: the steady-state cost is (CPU(2n) - CPU(n)) / n.")
  boolean steady;

  @Option(names = "--json", description = "Print a line of JSON rather than of a table.")
  boolean json;

  private Bench(PrintStream out, Map<String, String> environment) {
    this.out = out;
    this.environment = environment;
  }

  public static void main(String[] args) {
    System.exit(execute(args, System.getenv(), System.out, System.err));
  }

  /** Runs the command; returns its exit code: 0, 1 if a run failed, 2 if it was called wrongly. */
  static int execute(
      String[] args, Map<String, String> environment, PrintStream out, PrintStream err) {
    CommandLine command = new CommandLine(new Bench(out, environment));
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    command.setParameterExceptionHandler(
        (e, given) -> {
          err.println("millrace bench: " + e.getMessage() + " (millrace bench --help)");
          return 2;
        });
    command.setExecutionExceptionHandler(
        (e, line, parsed) -> {
          if (e instanceof ParameterException wrong) {
            return line.getParameterExceptionHandler().handleParseException(wrong, args);
          }
          err.println(
              "millrace bench: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
          return 1;
        });
    return command.execute(args);
  }

  @Override
  public Integer call() throws Exception {
    if (workload.equals(IDLE)) {
      return idle();
    }
    Plan plan = plan();
    try (TemporaryDirectory directory = TemporaryDirectory.create("millrace-bench-");
        KeptCluster cluster =
            start(plan.cache(), directory.path().resolve("cluster"), parallelism)) {
      ResultTable table = new ResultTable(steady);
      if (!json) {
        out.println(table.heading());
      }
      new Measurement(plan, cluster, directory.path())
          .run(result -> out.println(json ? result.json().toString() : table.line(result)));
    }
    return 0;
  }

  /** No workload like the others: nothing is processed, so there is nothing to divide by. */
  private int idle() throws Exception {
    atLeastOne("--jobs", jobs);
    atLeastOne("--parallelism", parallelism);
    atLeastOne("--task-managers", taskManagers);
    Optional<Duration> interval = checkpointInterval.map(this::interval);
    Duration watched = duration("--time", time);
    try (TemporaryDirectory directory = TemporaryDirectory.create("millrace-bench-");
        KeptCluster cluster =
            start(Optional.empty(), directory.path().resolve("cluster"), jobs * parallelism)) {
      out.println(new IdleMeasurement(cluster, parallelism, interval).run(jobs, watched));
    }
    return 0;
  }

  private Plan plan() {
    Workload chosen =
        Workload.titled(workload)
            .orElseThrow(
                () ->
                    wrong(
                        "There is no workload '"
                            + workload
                            + "'"
                            + NearestName.of(workload, titles())
                                .map(near -> "; did you mean '" + near + "'?")
                                .orElse("; there are " + String.join(", ", titles()))));
    atLeastOne("--parallelism", parallelism);
    atLeastOne("--keys", keys);
    atLeastOne("--rate", rate);
    atLeastOne("--task-managers", taskManagers);
    atLeastOne("--runs", runs);
    records.forEach(n -> atLeastOne("--records", n));
    if (tumbling && chosen != Workload.WINDOW) {
      throw wrong("--tumbling is for the workload 'window', not '" + workload + "'");
    }
    if (kill && (chosen != Workload.RECOVERY || taskManagers < 2)) {
      throw wrong("--kill is for the workload 'recovery' with --task-managers 2 or more");
    }
    if (chosen == Workload.COLUMNAR_SUM && ColumnarSum.STRIDES % parallelism != 0) {
      throw wrong("--parallelism of 'columnar-sum' divides " + ColumnarSum.STRIDES);
    }
    List<Long> sizes = records.isEmpty() ? List.of(chosen.defaultRecords()) : records;
    if (chosen == Workload.LATENCY && sizes.stream().anyMatch(n -> n <= 5 * rate)) {
      throw wrong(
          "--records of 'latency' is more than 5 x --rate: the first five seconds are left out");
    }
    Optional<Duration> interval = checkpointInterval.map(this::interval);
    return new Plan(
        chosen,
        sizes,
        parallelism,
        keys,
        tumbling,
        rate,
        backend(),
        cache.map(this::cache),
        chosen == Workload.RECOVERY ? interval.or(() -> Optional.of(RECOVERY_INTERVAL)) : interval,
        kill,
        taskManagers,
        runs,
        // A recovery's warm-up would have to fail as well.
        warm.orElse(chosen == Workload.RECOVERY ? 0 : Math.max(1, sizes.get(0) / 3)),
        steady);
  }

  private StateBackend backend() {
    try {
      return StateBackend.parse(backend);
    } catch (IllegalArgumentException e) {
      throw wrong("--backend is heap or rocksdb, not '" + backend + "'");
    }
  }

  private MemorySize cache(String text) {
    if (backend() != StateBackend.ROCKSDB) {
      throw wrong("--cache is for --backend rocksdb");
    }
    try {
      return MemorySize.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong("--cache: '" + text + "' " + e.getMessage());
    }
  }

  private Duration interval(String text) {
    return duration("--checkpoint-interval", text);
  }

  private Duration duration(String option, String text) {
    try {
      Duration duration = DurationText.parse(text);
      if (duration.isZero() || duration.isNegative()) {
        throw wrong(option + " is more than 0, not " + text);
      }
      return duration;
    } catch (IllegalArgumentException e) {
      throw wrong(option + ": '" + text + "' " + e.getMessage());
    }
  }

  private void atLeastOne(String option, long value) {
    if (value < 1) {
      throw wrong(option + " is at least 1, not " + value);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private KeptCluster start(Optional<MemorySize> cache, Path directory, int neededSlots)
      throws Exception {
    Configuration state = Configuration.empty();
    if (cache.isPresent()) {
      state = state.with(StateOptions.CACHE_MEMORY, cache.get().toString());
    }
    if (taskManagers == 1) {
      return InProcessCluster.start(neededSlots, RocksDbSettings.of(state));
    }
    // Together they have the heap that one process has.
    long heap = Runtime.getRuntime().maxMemory() / taskManagers;
    int slots = (neededSlots + taskManagers - 1) / taskManagers;
    Configuration configuration =
        state
            .with(TaskManagerOptions.SLOTS, Integer.toString(slots))
            .with(MemoryOptions.HEAP, heap / (1 << 20) + " MiB")
            .with(TaskManagerOptions.JVM_OPTIONS, jvmOptions());
    return ProcessCluster.start(directory, configuration, taskManagers);
  }

  /** Those of this process, but for the size of its heap. */
  private String jvmOptions() {
    return Arrays.stream(
            environment
                .getOrDefault("MILLRACE_BENCH_JVM", "-XX:+UseParallelGC")
                .strip()
                .split("\\s+"))
        .filter(option -> !option.startsWith("-Xm"))
        .collect(Collectors.joining(" "));
  }

  private static List<String> titles() {
    return Arrays.stream(Workload.values()).map(Workload::title).toList();
  }

  /** Names of the workloads, for the help. */
  static final class Titles implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Stream.concat(titles().stream(), Stream.of(IDLE)).iterator();
    }
  }

  /** Reads 10M, 500k, 1_000. */
  static final class Count implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      String digits = text.replace("_", "");
      long factor = digits.endsWith("M") ? 1_000_000 : digits.endsWith("k") ? 1_000 : 1;
      try {
        return Math.multiplyExact(
            Long.parseLong(factor == 1 ? digits : digits.substring(0, digits.length() - 1)),
            factor);
      } catch (NumberFormatException | ArithmeticException e) {
        throw new TypeConversionException("'" + text + "' is no number such as 500, 10k or 10M");
      }
    }
  }
}
