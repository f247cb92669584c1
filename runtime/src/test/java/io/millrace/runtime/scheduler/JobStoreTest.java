package io.millrace.runtime.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.checkpoint.InMemoryFileStore;
import io.millrace.runtime.id.JobId;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobStoreTest {
  private final InMemoryFileStore files = new InMemoryFileStore();
  private final JobStore store = new JobStore(files, "test");

  @Test
  void recoversJobsInTheOrderOfSubmission() throws IOException {
    store.add(job(2, 100, Optional.of("backup/savepoint-1")));
    store.add(job(1, 200, Optional.empty()));
    StoredJob.Ending ending = new StoredJob.Ending(JobStatus.FAILED, "boom", 300);
    store.end(JobId.of(1), ending);

    JobStore.Recovered recovered = store.recover();
    assertThat(recovered.unreadable()).isEmpty();
    assertThat(recovered.jobs())
        .extracting(StoredJob::id)
        .containsExactly(JobId.of(2), JobId.of(1));
    assertThat(recovered.jobs().get(0).graph()).containsExactly(1, 2, 3);
    assertThat(recovered.jobs().get(0).startFrom()).contains("backup/savepoint-1");
    assertThat(recovered.jobs().get(0).ending()).isEmpty();
    assertThat(recovered.jobs().get(1).ending()).contains(ending);

    store.remove(JobId.of(1));
    store.remove(JobId.of(2));
    assertThat(files.files).isEmpty();
  }

  @Test
  void ha4AnUnreadableJobIsReportedAndDoesNotKeepTheOthersFromRunning() throws IOException {
    store.add(job(1, 100, Optional.empty()));
    store.add(job(2, 200, Optional.empty()));
    files.files.put("jobs/" + JobId.of(1) + "/job", new byte[100]);
    JobStore.Recovered recovered = store.recover();
    assertThat(recovered.jobs()).extracting(StoredJob::id).containsExactly(JobId.of(2));
    assertThat(recovered.unreadable())
        .singleElement()
        .satisfies(
            unreadable -> {
              assertThat(unreadable.id()).isEqualTo(JobId.of(1));
              assertThat(unreadable.cause())
                  .isInstanceOf(CorruptDataException.class)
                  .hasMessageContaining("/job")
                  .hasMessageContaining("submit the job again");
            });
  }

  @Test
  void refusesAJobTwiceAndAnEndingThatIsNone() throws IOException {
    store.add(job(1, 100, Optional.empty()));
    assertThatThrownBy(() -> store.add(job(1, 100, Optional.empty())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("stored already");
    assertThatThrownBy(() -> new StoredJob.Ending(JobStatus.RUNNING, "", 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static StoredJob job(long id, long submitted, Optional<String> startFrom) {
    return new StoredJob(
        JobId.of(id), new byte[] {1, 2, 3}, submitted, startFrom, false, Optional.empty());
  }
}
