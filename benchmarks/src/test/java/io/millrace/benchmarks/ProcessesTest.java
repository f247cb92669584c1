package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Workloads over TaskManagers that are processes. */
class ProcessesTest {
  private static JsonNode bench(String arguments) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code =
        Bench.execute(
            arguments.split(" "),
            Map.of("MILLRACE_BENCH_JVM", "-Xmx256m -XX:+UseSerialGC"),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            System.err);
    assertThat(code).isZero();
    return new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void givesTheSameResultAndCountsAllProcesses() throws Exception {
    JsonNode line =
        bench("keyed-count --records 200k --keys 1k --task-managers 2 --runs 1 --warm 0 --json");
    assertThat(line.get("checksum").asText())
        .isEqualTo(String.format("%016x", PlainLoops.keyedCount(200_000, 1_000).checksum()));
    // Two sources box a record and its key at the very least, and not in this process.
    assertThat(line.get("alloc_bytes_per_record").asDouble()).isGreaterThan(24);
  }

  @Test
  void timesTheRecoveryFromAKill() throws Exception {
    JsonNode line =
        bench(
            "recovery --kill --records 20M --keys 10k --checkpoint-interval 50ms --task-managers 2"
                + " --runs 1 --json");
    assertThat(line.get("fail_to_first_record_ms").asLong()).isPositive();
    assertThat(line.get("cpu_ns_per_record").asDouble()).isPositive();
  }
}
