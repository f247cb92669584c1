package io.millrace.runtime.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.ProcessOptions;
import java.nio.file.Path;
import java.util.Map;
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
}
