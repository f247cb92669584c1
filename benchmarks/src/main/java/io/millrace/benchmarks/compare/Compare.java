package io.millrace.benchmarks.compare;

import io.millrace.core.config.NearestName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code benchmarks/compare}: Millrace and Flink alternately, in one run. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs Flink, Millrace and the plain loop alternately, each pair in fresh Java processes with the same heap and collector, and"
          + " compares steady-state CPU time a record: (CPU(2n) - CPU(n)) / n, n such that a run lasts --seconds in that"
          + " engine, after a warm-up and a run of a number of records that all have in common and whose results must be"
          + " equal. The interval is Student's t of the logarithms of the paired ratios; a target is met when its lower end"
          + " meets it. Raw lines go to the output as they come, progress to the error output."
    },
    footerHeading =
        "%nThe other engines are those of the folder of peers that MILLRACE_PEERS names; JAVA_HOME chooses the"
            + " Java for all.%nExamples:%n",
    footer = {
      "  MILLRACE_PEERS=~/peers benchmarks/compare keyed-count window",
      "  benchmarks/compare --pairs 2 --seconds 2 map-filter     # a quick look",
      "  benchmarks/compare --jvm '-Xms4g -Xmx4g -XX:+UseG1GC' keyed-count"
    })
public final class Compare implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "COMPARISON", arity = "0..*", description = "Default: all.")
  List<String> names = List.of();

  @Option(names = "--pairs", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  int pairs = 5;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "A run of n records lasts at least this long; default: ${DEFAULT-VALUE}.")
  double seconds = 10;

  @Option(names = "--no-plain", description = "Leave the plain loop out.")
  boolean noPlain;

  @Option(
      names = "--jvm",
      paramLabel = "OPTIONS",
      description = "Of all Java processes; default: ${DEFAULT-VALUE}.")
  String jvm = "-Xms4g -Xmx4g -XX:+UseParallelGC";

  @Option(names = "--peers", paramLabel = "FOLDER", description = "In place of MILLRACE_PEERS.")
  Optional<Path> peers = Optional.empty();

  private Compare() {}

  public static void main(String[] args) {
    CommandLine command = new CommandLine(new Compare());
    command.setParameterExceptionHandler(
        (e, given) -> {
          System.err.println("compare: " + e.getMessage() + " (compare --help)");
          return 2;
        });
    command.setExecutionExceptionHandler(
        (e, line, parsed) -> {
          if (e instanceof ParameterException wrong) {
            return line.getParameterExceptionHandler().handleParseException(wrong, args);
          }
          System.err.println(
              "compare: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
          return 1;
        });
    System.exit(command.execute(args));
  }

  @Override
  public Integer call() throws Exception {
    if (pairs < 2) {
      throw wrong("--pairs is at least 2, not " + pairs);
    }
    if (!(seconds > 0)) {
      throw wrong("--seconds is more than 0, not " + seconds);
    }
    List<Comparison> chosen = chosen();
    Path folder =
        peers
            .or(() -> Optional.ofNullable(System.getenv("MILLRACE_PEERS")).map(Path::of))
            .orElseThrow(
                () ->
                    wrong(
                        "Set MILLRACE_PEERS, or --peers, to a folder of the other engines'"
                            + " measurements that can be written"))
            .toAbsolutePath();
    Path directory = Files.createTempDirectory("millrace-compare-");
    System.err.println("Logs: " + directory);
    Launcher launcher =
        new Launcher(
            folder, Arrays.asList(jvm.strip().split("\\s+")), directory, System.out::println);
    launcher.prepare();
    List<Result> results = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    for (Comparison comparison : chosen) {
      try {
        results.addAll(
            new Contest(comparison, launcher, System.err::println, pairs, seconds).hold());
      } catch (IllegalStateException | IllegalArgumentException e) {
        // The others took long enough to be worth their lines.
        failures.add(comparison.name() + " has no result: " + e.getMessage());
        System.err.println(failures.get(failures.size() - 1));
      }
    }
    System.out.println();
    System.out.println(Result.heading());
    results.forEach(result -> System.out.println(result.line()));
    failures.forEach(System.out::println);
    return failures.isEmpty() ? 0 : 1;
  }

  private List<Comparison> chosen() {
    List<Comparison> all = Comparison.all();
    if (names.isEmpty()) {
      return all.stream().map(this::withoutPlain).toList();
    }
    List<String> known = all.stream().map(Comparison::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw wrong(
            "There is no comparison '"
                + name
                + "'"
                + NearestName.of(name, known)
                    .map(near -> "; did you mean '" + near + "'?")
                    .orElse("; there are " + String.join(", ", known)));
      }
    }
    return names.stream().flatMap(name -> matching(all, name)).map(this::withoutPlain).toList();
  }

  private static Stream<Comparison> matching(List<Comparison> all, String name) {
    return all.stream().filter(comparison -> comparison.name().equals(name));
  }

  private Comparison withoutPlain(Comparison comparison) {
    return noPlain ? comparison.withoutLimit() : comparison;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
