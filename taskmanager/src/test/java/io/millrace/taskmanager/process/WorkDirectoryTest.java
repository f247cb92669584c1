package io.millrace.taskmanager.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
  void whatALivingProcessHasIsLeftAlone() throws IOException {
    try (WorkDirectory living = WorkDirectory.claim(parent)) {
      Path file = Files.writeString(living.path().resolve("blob"), "data");
      try (WorkDirectory other = WorkDirectory.claim(parent)) {
        assertThat(other.path()).isNotEqualTo(living.path());
      }
      assertThat(file).exists();
    }
    assertThat(children()).isEmpty();
  }

  private Stream<Path> children() throws IOException {
    try (Stream<Path> all = Files.list(parent)) {
      return all.toList().stream();
    }
  }
}
