package io.millrace.runtime.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailPointsTest {
  @TempDir Path directory;

  @Test
  void isOffUnlessTheProcessWasStartedWithIt() {
    assertThat(FailPoints.ON).isFalse();
    FailPoints.hit(FailPoint.MID_COMMIT); // lives
  }

  @Test
  void killsOncePerArmedFile() throws Exception {
    FailPoints.arm(directory, FailPoint.MID_COMMIT, 1);
    FailPoints.arm(directory, FailPoint.MID_COMMIT, 2);

    assertThat(FailPoints.claim(directory, FailPoint.MID_COMMIT)).isTrue();
    assertThat(FailPoints.claim(directory, FailPoint.MID_COMMIT)).isTrue();
    assertThat(FailPoints.claim(directory, FailPoint.MID_COMMIT)).isFalse();

    long pid = ProcessHandle.current().pid();
    assertThat(FailPoints.fired(directory, FailPoint.MID_COMMIT)).containsExactly(pid, pid);
  }

  @Test
  void killsAtTheArmedPointOnly() throws Exception {
    FailPoints.arm(directory, FailPoint.MID_RESTORE, 1);

    assertThat(FailPoints.claim(directory, FailPoint.MID_COMMIT)).isFalse();
    assertThat(FailPoints.fired(directory, FailPoint.MID_RESTORE)).isEmpty();
    assertThat(FailPoints.claim(directory, FailPoint.MID_RESTORE)).isTrue();
  }
}
