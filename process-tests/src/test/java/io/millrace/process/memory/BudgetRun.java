package io.millrace.process.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ClusterException;
import io.millrace.client.MillraceClient;
import io.millrace.client.process.LocalCluster;
import io.millrace.client.process.RunDirectory;
import io.millrace.client.process.RunDirectory.ClusterProcess;
import io.millrace.client.run.JobJar;
import io.millrace.client.run.Program;
import io.millrace.client.run.Submission;
import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.JobManagerOptions;
import io.millrace.core.config.MemoryOptions;
import io.millrace.core.config.MemorySize;
import io.millrace.core.config.StateOptions;
import io.millrace.core.config.TaskManagerOptions;
import io.millrace.jobmanager.JobView;
import io.millrace.process.cycles.JobJarBuilder;
import io.millrace.runtime.id.JobId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Runs {@link LargeStateJob} in a TaskManager with a budget, to its end, and looks at the sizes of
 * the processes meanwhile.
 */
final class BudgetRun {
  /** What the issue allows beyond the budget. */
  private static final double TOLERANCE = 1.1;

  private static final Duration LOOK = Duration.ofMillis(100);

  /** Looks at the size of files are not for free. */
  private static final int LOOKS_PER_DISK = 20;

  private final MemorySize budget;
  private final long records;
  private final long keys;
  private final Duration interval;
  private final Duration patience;
  private final List<String> samples = new ArrayList<>();
  private int looks;
  private long largestState;

  /**
   * @param records each writes {@link LargeStateJob#VALUE_BYTES}
   * @param interval of checkpoints
   */
  BudgetRun(MemorySize budget, long records, long keys, Duration interval, Duration patience) {
    this.budget = budget;
    this.records = records;
    this.keys = keys;
    this.interval = interval;
    this.patience = patience;
  }

  /**
   * What was seen.
   *
   * @param taskManager its largest resident size
   * @param jobManager its largest resident size
   * @param state the largest size of its databases on disk
   * @param checkpoints that were completed
   */
  record Seen(MemorySize taskManager, MemorySize jobManager, MemorySize state, long checkpoints) {}

  /**
   * Logs stay in {@code target}, all else is deleted.
   *
   * @param name of its directory
   */
  Seen run(String name) throws Exception {
    Path directory = Path.of("target", "memory", name).toAbsolutePath();
    delete(directory);
    Files.createDirectories(directory);
    Path jar = directory.resolve("large-state.jar");
    try (JobJarBuilder builder = new JobJarBuilder(jar, LargeStateJob.class)) {
      builder.addPackageOf(LargeStateJob.class);
    }
    Configuration configuration =
        Configuration.empty()
            .with(MemoryOptions.PROCESS_MEMORY, budget.toString())
            .with(StateOptions.BACKEND, "rocksdb")
            .with(TaskManagerOptions.SLOTS, "2")
            .with(CheckpointOptions.RETAINED, "1")
            // A machine that is busy with something else is not what this is about.
            .with(JobManagerOptions.HEARTBEAT_TIMEOUT, "1 h");
    LocalCluster cluster =
        LocalCluster.start(new RunDirectory(directory.resolve("run")), configuration, 1, false);
    try {
      return run(cluster, jar, directory.resolve("run").resolve("work"));
    } finally {
      cluster.stop();
      for (String part : List.of("run/data", "run/work", "large-state.jar")) {
        delete(directory.resolve(part));
      }
      samples.forEach(System.out::println);
    }
  }

  private Seen run(LocalCluster cluster, Path jar, Path work) {
    MillraceClient client = cluster.client();
    ClusterProcess taskManager = process(cluster, "taskmanager");
    ClusterProcess jobManager = process(cluster, "jobmanager");
    JobId job = submit(client, jar);
    JobView end =
        Awaitility.await()
            .atMost(patience)
            .pollInterval(LOOK)
            .pollDelay(Duration.ZERO)
            .ignoreExceptionsMatching(ClusterException.class::isInstance)
            .until(
                () -> {
                  JobView view = client.job(job);
                  look(taskManager, work, view);
                  return view;
                },
                view -> view.status().isTerminal());
    assertThat(end.status()).as("%s", end).isEqualTo(JobView.Status.FINISHED);
    try {
      return new Seen(
          ProcessSize.of(taskManager).peak(),
          ProcessSize.of(jobManager).peak(),
          new MemorySize(largestState),
          end.checkpoints().completed());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void look(ClusterProcess taskManager, Path work, JobView view) throws IOException {
    ProcessSize size = ProcessSize.of(taskManager);
    if (looks++ % LOOKS_PER_DISK == 0) {
      long state = sizeOf(work);
      largestState = Math.max(largestState, state);
      samples.add(
          String.format(
              "%5d records %,12d  RSS %4d MiB  peak %4d MiB  state %6d MiB",
              looks,
              view.vertices().stream().skip(1).mapToLong(v -> v.recordsIn()).sum(),
              size.now().bytes() >> 20,
              size.peak().bytes() >> 20,
              state >> 20));
    }
    assertThat(size.now().bytes())
        .as("resident size of the TaskManager with process.memory = %s", budget)
        .isLessThanOrEqualTo((long) (budget.bytes() * TOLERANCE));
  }

  private static void delete(Path tree) throws IOException {
    if (Files.exists(tree)) {
      try (Stream<Path> files = Files.walk(tree)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static long sizeOf(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      // A checkpoint has links to files of the database: they are there once.
      Map<Object, Long> distinct = new HashMap<>();
      files.forEach(file -> add(file, distinct));
      return distinct.values().stream().mapToLong(Long::longValue).sum();
    } catch (UncheckedIOException e) {
      // A directory was deleted meanwhile; the next look counts.
      return 0;
    }
  }

  private static void add(Path file, Map<Object, Long> sizes) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (attributes.isRegularFile()) {
        sizes.put(attributes.fileKey(), attributes.size());
      }
    } catch (IOException e) {
      // It was compacted away meanwhile.
      return;
    }
  }

  private static ClusterProcess process(LocalCluster cluster, String role) {
    return cluster.state().processes().stream()
        .filter(process -> process.role().startsWith(role))
        .findFirst()
        .orElseThrow();
  }

  private JobId submit(MillraceClient client, Path jar) {
    Submission submission =
        new Submission(
            client,
            new Submission.Options(jar, true, OptionalInt.empty(), Optional.empty(), false, false),
            new Submission.Listener() {
              @Override
              public void submitted(JobId job, String name) {}

              @Override
              public void seen(JobView job) {}
            });
    List<String> arguments =
        List.of(Long.toString(records), Long.toString(keys), Long.toString(interval.toSeconds()));
    new Program(JobJar.open(jar), Optional.empty(), arguments).run(submission);
    return submission.submitted().get(0).id();
  }
}
