package io.millrace.jobmanager.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobmanager.JobView;
import io.millrace.jobmanager.rest.FakeDispatcher;
import io.millrace.runtime.metrics.ProcessMetrics;
import org.junit.jupiter.api.Test;

class JobManagerMetricsTest {
  private final FakeDispatcher dispatcher = new FakeDispatcher();
  private final ProcessMetrics process = new ProcessMetrics("jobmanager");
  private final JobManagerMetrics metrics = new JobManagerMetrics(dispatcher, process.registry());

  @Test
  void showsClusterJobsAndOperators() {
    JobView job = FakeDispatcher.job(1, JobView.Status.RUNNING);
    dispatcher.jobs.put(job.id(), job);

    String page = scrape();

    String of = "job=\"hot auctions\",job_id=\"" + job.id() + "\"";
    String source = of + ",operator=\"Source: bids\",process=\"jobmanager\",vertex=\"0\"} ";
    assertThat(page)
        .contains(
            "millrace_taskmanagers{process=\"jobmanager\"} 1.0",
            "millrace_slots_free{process=\"jobmanager\"} 1.0",
            "millrace_jobs{process=\"jobmanager\",status=\"running\"} 1.0",
            "millrace_job_restarts_total{" + of + ",process=\"jobmanager\"} 2.0",
            "millrace_job_checkpoints_completed_total{" + of,
            "millrace_operator_records_out_total{" + source + "1000.0",
            "millrace_operator_busy{" + source + "0.25",
            "millrace_operator_step_longest_seconds{" + source + "0.04",
            "millrace_operator_step_longest_recent_seconds{" + source + "0.002",
            "millrace_operator_watermark_seconds{" + source + "1.7E9",
            "counter=\"lateRecordsDropped\"," + source.replace("} ", "} 3.0"));
  }

  @Test
  void dropsTheMetricsOfJobsThatAreOver() {
    JobView job = FakeDispatcher.job(1, JobView.Status.RUNNING);
    dispatcher.jobs.put(job.id(), job);
    assertThat(scrape()).contains(job.id().value());

    dispatcher.jobs.put(job.id(), FakeDispatcher.job(1, JobView.Status.FINISHED));

    assertThat(scrape())
        .doesNotContain(job.id().value())
        .contains("millrace_jobs{process=\"jobmanager\",status=\"finished\"} 1.0");
  }

  private String scrape() {
    metrics.refresh();
    return process.scrape();
  }
}
