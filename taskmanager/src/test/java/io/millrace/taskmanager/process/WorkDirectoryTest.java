package io.millrace.taskmanager.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkDirectoryTest {
  @TempDir private Path parent;

  @Test
  void whatAKilledProcessLeftIsSweptAtTheNextStart() throws IOException {
    // As after a kill: the files are there and nobody has the lock.
    Path left = Files.createDirectories(parent.resolve("millrace-taskmanager-1/state/db-1"));
    Files.writeString(left.resolve("000012.sst"), "data");
    Files.createFile(parent.resolve("millrace-taskmanager-1/lock"));
    Path foreign = Files.createDirectories(parent.resolve("somebody-else"));

    try (WorkDirectory mine = WorkDirectory.claim(parent)) {
      assertThat(children()).containsExactlyInAnyOrder(mine.path(), foreign);
    }
    assertThat(children()).containsExactly(foreign);
  }

  @Test
  void whatALivingProcessHasIsLeftAlone() throws Exception {
    Process living =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Living.class.getName(),
                parent.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader told =
        new BufferedReader(
            new InputStreamReader(living.getInputStream(), StandardCharsets.UTF_8))) {
      Path its =
          told.lines()
              .filter(line -> line.startsWith(Living.CLAIMED))
              .map(line -> Path.of(line.substring(Living.CLAIMED.length())))
              .findFirst()
              .orElseThrow();
      try (WorkDirectory other = WorkDirectory.claim(parent)) {
        assertThat(children()).containsExactlyInAnyOrder(its, other.path());
      }
      living.getOutputStream().close();
      assertThat(living.waitFor()).isZero();
    } finally {
      living.destroyForcibly();
    }
    assertThat(children()).isEmpty();
  }

  /** Another process that has claimed a directory until its input ends. */
  static final class Living {
    static final String CLAIMED = "claimed ";

    private Living() {}

    public static void main(String[] args) throws IOException {
      try (WorkDirectory mine = WorkDirectory.claim(Path.of(args[0]))) {
        System.out.println(CLAIMED + mine.path());
        while (System.in.read() >= 0) {
          continue;
        }
      }
    }
  }

  private Stream<Path> children() throws IOException {
    try (Stream<Path> all = Files.list(parent)) {
      return all.toList().stream();
    }
  }
}
