package io.millrace.benchmarks.workload;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LongSummaryStatistics;

/**
 * When things happened in a run, as files, so that the processes of this machine can tell each
 * other; by {@link System#nanoTime}, which counts from the same moment in all of them on Linux.
 */
public final class Moments {
  /** The failure itself. */
  public static final String FAILURE = "failure";

  /** From here on a process may be killed. */
  public static final String READY = "ready";

  public static final String OPENED = "opened";
  public static final String FIRST_RECORD = "first-record";

  private Moments() {}

  /** Notes the present moment. */
  public static void note(Path directory, String what, int subtask) throws IOException {
    note(directory, what, subtask, System.nanoTime());
  }

  /** Notes a moment that is past. */
  public static void note(Path directory, String what, int subtask, long nanos) throws IOException {
    // Renamed, so that who looks for it meanwhile finds nothing or all of it.
    Path temporary = directory.resolve("." + what + "." + subtask);
    Files.writeString(temporary, Long.toString(nanos));
    Files.move(temporary, directory.resolve(what + "." + subtask), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The moments of all subtasks; count 0 if there was none. */
  public static LongSummaryStatistics of(Path directory, String what) throws IOException {
    LongSummaryStatistics moments = new LongSummaryStatistics();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, what + ".*")) {
      for (Path file : files) {
        moments.accept(Long.parseLong(Files.readString(file)));
      }
    }
    return moments;
  }
}
