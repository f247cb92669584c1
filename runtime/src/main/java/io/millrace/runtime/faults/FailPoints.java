package io.millrace.runtime.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Kills this process, as {@code kill -9} does, when it comes by an armed {@link FailPoint}. Off
 * unless the process was started with {@code -Dmillrace.fail-points=<directory>}, and then without
 * cost: {@link #ON} is a constant to the compiler.
 *
 * <p>The directory is shared by the test and all its processes. A file in it kills one process: to
 * take it for its own, the process renames it from {@code <point>.<n>.armed} to {@code
 * <point>.<n>.fired-<process id>}, so that the one started in its place lives, and so that hits can
 * be counted.
 */
public final class FailPoints {
  /** System property that names the directory. */
  public static final String PROPERTY = "millrace.fail-points";

  /** Whether any point can be armed. */
  public static final boolean ON = System.getProperty(PROPERTY) != null;

  private static final String ARMED = ".armed";
  private static final String FIRED = ".fired-";

  private FailPoints() {}

  /** The process may die here. From any thread. */
  public static void hit(FailPoint point) {
    if (ON) {
      die(Path.of(System.getProperty(PROPERTY)), point);
    }
  }

  /** One thread at a time: two that come by must not use up two files for one death. */
  private static synchronized void die(Path directory, FailPoint point) {
    if (claim(directory, point)) {
      Runtime.getRuntime().halt(137);
    }
  }

  /** Arms a point for one more process; for tests. */
  public static void arm(Path directory, FailPoint point, int number) throws IOException {
    Files.createFile(directory.resolve(point.id() + "." + number + ARMED));
  }

  /** The ids of the processes that died at a point; for tests. */
  public static List<Long> fired(Path directory, FailPoint point) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith(point.id() + ".") && name.contains(FIRED))
          .map(name -> Long.valueOf(name.substring(name.indexOf(FIRED) + FIRED.length())))
          .toList();
    }
  }

  /** True if this process is the one to die. */
  static boolean claim(Path directory, FailPoint point) {
    String fired = FIRED + ProcessHandle.current().pid();
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> armed =
          files
              .filter(file -> file.getFileName().toString().startsWith(point.id() + "."))
              .filter(file -> file.getFileName().toString().endsWith(ARMED))
              .sorted()
              .toList();
      for (Path file : armed) {
        String name = file.getFileName().toString();
        Path target =
            file.resolveSibling(name.substring(0, name.length() - ARMED.length()) + fired);
        try {
          Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
          return true;
        } catch (NoSuchFileException e) {
          // Another process was faster.
          continue;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("Can't read the fail points in " + directory, e);
    }
  }
}
