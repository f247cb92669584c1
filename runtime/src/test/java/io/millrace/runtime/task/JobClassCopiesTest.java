package io.millrace.runtime.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.classloading.JobClassLoader;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.operators.OperatorMaker;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobClassCopiesTest {
  private final JobClassCopies copies = new JobClassCopies(true);
  private final ClassLoader engine = getClass().getClassLoader();

  @Test
  void areOfOneJobUntilItIsReleased() {
    ClassCopies first = copies.acquire(JobId.of(1), "job", engine);
    assertThat(copies.acquire(JobId.of(1), "job", engine)).isSameAs(first);
    assertThat(copies.acquire(JobId.of(2), "job", engine)).isNotSameAs(first);
  }

  @Test
  void areTakenUpByTheNextRunOfTheSameProgram() {
    ClassCopies first = copies.acquire(JobId.of(1), "job", engine);
    copies.release(JobId.of(1));
    assertThat(copies.acquire(JobId.of(2), "other", engine)).isNotSameAs(first);
    assertThat(copies.acquire(JobId.of(3), "job", engine)).isSameAs(first);
    assertThat(copies.acquire(JobId.of(4), "job", engine)).isNotSameAs(first);
  }

  @Test
  void goWithTheLoaderOfAJobThatBroughtJars() throws Exception {
    try (JobClassLoader own = new JobClassLoader("job 1", List.of(), engine)) {
      ClassCopies first = copies.acquire(JobId.of(1), "job", own);
      copies.release(JobId.of(1));
      assertThat(copies.acquire(JobId.of(2), "job", own)).isNotSameAs(first);
      assertThat(copies.acquire(JobId.of(3), "job", engine)).isNotSameAs(first);
    }
  }

  @Test
  void areKeptForSoManyNamesOnly() {
    ClassCopies first = copies.acquire(JobId.of(0), "job 0", engine);
    copies.release(JobId.of(0));
    for (int i = 1; i <= JobClassCopies.KEPT; i++) {
      copies.acquire(JobId.of(i), "job " + i, engine);
      copies.release(JobId.of(i));
    }
    assertThat(copies.acquire(JobId.of(100), "job 0", engine)).isNotSameAs(first);
  }

  @Test
  void areTheClassesThemselvesIfNoneAreWanted() {
    OperatorMaker own = copies.acquire(JobId.of(1), "job", engine).at("place");
    assertThat((Object) own.make(WatermarkEcho.class)).isNotInstanceOf(WatermarkEcho.class);

    OperatorMaker none = new JobClassCopies(false).acquire(JobId.of(1), "job", engine).at("place");
    assertThat((Object) none.make(WatermarkEcho.class)).isInstanceOf(WatermarkEcho.class);
  }

  @Test
  void releaseOfAnUnknownJobIsNothing() {
    copies.release(JobId.of(9));
    assertThat(copies.acquire(JobId.of(9), "job", engine)).isNotNull();
  }
}
