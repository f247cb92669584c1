package io.millrace.runtime.edge;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.MillraceOptions;
import io.millrace.core.config.RestOptions;
import io.millrace.runtime.config.YamlConfiguration;
import io.millrace.runtime.memory.MemoryPlan;
import io.millrace.runtime.rpc.Build;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the main methods of all processes have in common: arguments, the effective configuration in
 * the log, one line {@code millrace: ...} on standard error if they can't start, an orderly end.
 */
public final class ProcessMain {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessMain.class);

  private ProcessMain() {}

  /** Starts what the process is for. */
  @FunctionalInterface
  public interface Starter {
    /**
     * @return ends it, within seconds; called when the process is asked to end
     */
    AutoCloseable start(Configuration configuration) throws Exception;
  }

  /**
   * Runs the process until it is ended from outside.
   *
   * @param args {@code -D key=value}
   */
  public static void run(String role, String[] args, Starter starter) {
    try {
      Configuration configuration =
          YamlConfiguration.effective(System.getenv(), overrides(List.of(args)));
      ProcessReport.followParent(configuration);
      LOG.info(
          "Starting {}: {}, Java {}, process {}, {} processors, {} MiB of heap",
          role,
          Build.CURRENT,
          System.getProperty("java.version"),
          ProcessHandle.current().pid(),
          Runtime.getRuntime().availableProcessors(),
          Runtime.getRuntime().maxMemory() >> 20);
      configuration.describe(MillraceOptions.groups()).forEach(line -> LOG.info("  {}", line));
      AutoCloseable running = starter.start(configuration);
      Thread end = new Thread(() -> close(role, running), "millrace-shutdown");
      Runtime.getRuntime().addShutdownHook(end);
      new CountDownLatch(1).await();
    } catch (Exception | LinkageError e) {
      LOG.error("The {} can't start", role, e);
      fail(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  /** Tells the log what the process may take of memory, and what it was started with otherwise. */
  public static void report(MemoryPlan memory) {
    memory.describe().forEach(LOG::info);
    List<String> missing = memory.missing(ManagementFactory.getRuntimeMXBean().getInputArguments());
    if (!missing.isEmpty()) {
      LOG.warn(
          "The Java machine was not started with {}: the process may take another amount of memory"
              + " than this. 'millrace cluster start' passes them",
          String.join(" ", missing));
    }
  }

  /** Ends the process at once, saying why: it is of no use any more. */
  public static void fail(String reason) {
    System.err.println("millrace: " + reason);
    System.err.flush();
    // Not exit: a shutdown hook may wait for what is stuck.
    Runtime.getRuntime().halt(1);
  }

  /** The token of the cluster, from its file or the configuration; empty if there is none. */
  public static Optional<String> token(Configuration configuration) {
    Optional<String> file = configuration.get(RestOptions.TOKEN_FILE);
    if (file.isPresent()) {
      try {
        return Optional.of(Files.readString(Path.of(file.get())).strip());
      } catch (IOException e) {
        throw new ConfigurationException(
            "Can't read the token file " + file.get() + " (rest.token-file): " + e.getMessage(), e);
      }
    }
    return Optional.of(configuration.get(RestOptions.TOKEN)).filter(text -> !text.isBlank());
  }

  private static void close(String role, AutoCloseable running) {
    LOG.info("Ending {}", role);
    try {
      running.close();
    } catch (Exception e) {
      LOG.warn("The {} did not end in order", role, e);
    }
  }

  static List<String> overrides(List<String> args) {
    List<String> overrides = new ArrayList<>();
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (arg.equals("-D") && i + 1 < args.size()) {
        overrides.add(args.get(++i));
      } else if (arg.startsWith("-D") && arg.length() > 2) {
        overrides.add(arg.substring(2));
      } else {
        throw new ConfigurationException("A process takes -D key=value only, not '" + arg + "'");
      }
    }
    return overrides;
  }
}
