package io.millrace.client.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Archives of loaded classes (class data sharing), one for each kind of process, that a rehearsal
 * after the build makes: a process that has one spends about half the processor time on its start.
 * A Java machine ignores an archive that was made from other jars or by another Java, so a stale
 * one costs time and nothing else. One that was cut off while it was written would crash it: the
 * build checks each before it puts it in its place.
 */
public final class ClassArchives {
  private static final Pattern NUMBER = Pattern.compile("-\\d+$");
  private static final String FIRST = "-1";

  private final Optional<Path> directory;
  private final boolean written;

  private ClassArchives(Optional<Path> directory, boolean written) {
    this.directory = directory;
    this.written = written;
  }

  /** No archives: classes are loaded from their jars. */
  public static ClassArchives none() {
    return new ClassArchives(Optional.empty(), false);
  }

  /** Those of the build that this process is from; none if it is from no build. */
  public static ClassArchives ofThisBuild() {
    String home = System.getProperty("millrace.home");
    return home == null ? none() : in(Path.of(home, "archives"));
  }

  /** Uses the archives in a directory, as far as there are any. */
  public static ClassArchives in(Path directory) {
    return new ClassArchives(Optional.of(directory), false);
  }

  /** Makes the archives in a directory: each process writes its own when it ends in order. */
  public static ClassArchives writtenTo(Path directory) {
    return new ClassArchives(Optional.of(directory), true);
  }

  /** Whether processes write archives at their end, which takes them seconds. */
  boolean areWritten() {
    return written;
  }

  /**
   * What to start a Java machine with.
   *
   * @param role of the process; those that differ in a number at the end only share an archive,
   *     which the first of them writes
   */
  public List<String> jvmOptions(String role) {
    if (directory.isEmpty()) {
      return List.of();
    }
    Path archive = directory.get().resolve(NUMBER.matcher(role).replaceFirst("") + ".jsa");
    if (written) {
      return !NUMBER.matcher(role).find() || role.endsWith(FIRST)
          ? List.of("-XX:ArchiveClassesAtExit=" + archive)
          : List.of();
    }
    // A stale archive is no matter for the log either.
    return Files.isReadable(archive)
        ? List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off", "-Xlog:cds+dynamic=off")
        : List.of();
  }
}
