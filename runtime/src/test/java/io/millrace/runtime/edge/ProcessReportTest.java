package io.millrace.runtime.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.ProcessOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessReportTest {
  @TempDir Path directory;

  @Test
  void isReadBackAsItWasWritten() throws Exception {
    Path file = directory.resolve("report");
    ProcessReport report =
        new ProcessReport(Map.of(ProcessReport.REST, "http://127.0.0.1:1", "rpc-port", "2"));
    assertThat(ProcessReport.read(file)).isEmpty();

    report.write(Configuration.empty());
    assertThat(ProcessReport.read(file)).isEmpty();
    report.write(Configuration.empty().with(ProcessOptions.REPORT_FILE, file.toString()));

    assertThat(ProcessReport.read(file)).contains(report);
  }

  @Test
  void isWaitedForUntilItIsThere() throws Exception {
    Path file = directory.resolve("report");
    ProcessReport report = new ProcessReport(Map.of(ProcessReport.RPC_PORT, "2"));
    FutureTask<ProcessReport> waiting =
        new FutureTask<>(() -> ProcessReport.await(file, Duration.ofMinutes(1)));
    Thread thread = new Thread(waiting, "waits-for-a-report");
    thread.start();

    report.write(Configuration.empty().with(ProcessOptions.REPORT_FILE, file.toString()));

    assertThat(waiting.get()).isEqualTo(report);
  }

  @Test
  void saysWhichReportDidNotComeInTime() {
    Path file = directory.resolve("report");
    assertThatThrownBy(() -> ProcessReport.await(file, Duration.ZERO))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("did it start");
  }
}
