package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.benchmarks.PlainLoops.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command, on the real engine at small sizes. */
class BenchTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The keys of a line, in the order in which the peers print them; then our own. */
  private static final List<String> KEYS =
      List.of(
          "peer",
          "workload",
          "variant",
          "records",
          "wall_s",
          "records_per_s",
          "min",
          "max",
          "cpu_ns_per_record",
          "cpu_min",
          "cpu_max",
          "gc_ms",
          "emitted",
          "checksum",
          "stable",
          "java",
          "alloc_bytes_per_record",
          "longest_step_ms");

  private record Ended(int code, String out, String err) {
    JsonNode line(int number) throws Exception {
      return JSON.readTree(out.lines().toList().get(number));
    }
  }

  private static Ended bench(String arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Bench.execute(
            arguments.split(" "),
            Map.of(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Ended(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static void gives(String arguments, Outcome expected) throws Exception {
    Ended ended = bench(arguments + " --runs 2 --warm 0 --json");
    assertThat(ended.err()).isEmpty();
    JsonNode line = ended.line(0);
    assertThat(line.get("checksum").asText())
        .isEqualTo(String.format("%016x", expected.checksum()));
    assertThat(line.get("emitted").asLong()).isEqualTo(expected.emitted());
    assertThat(line.get("stable").asBoolean()).isTrue();
  }

  @Test
  void eachWorkloadGivesTheResultOfAPlainLoop() throws Exception {
    gives("source-only --records 100k", PlainLoops.sourceOnly(100_000));
    gives("map-filter --records 100k --parallelism 1", PlainLoops.mapFilter(100_000));
    gives("map-filter --records 100k --parallelism 3", PlainLoops.mapFilter(100_000));
    gives("shuffle-only --records 100k --keys 1k", PlainLoops.shuffleOnly(100_000, 1_000));
    gives("keyed-count --records 100k --keys 1k", PlainLoops.keyedCount(100_000, 1_000));
    gives("keyed-count --records 100k", PlainLoops.keyedCount(100_000, 1_000_000));
    gives(
        "keyed-count --records 100k --backend rocksdb", PlainLoops.keyedCount(100_000, 1_000_000));
    gives(
        "keyed-count --records 1M --keys 300k --backend rocksdb --cache 1MiB"
            + " --checkpoint-interval 50ms",
        PlainLoops.keyedCount(1_000_000, 300_000));
    gives("wordcount --records 70k --backend rocksdb", PlainLoops.wordcount(70_000));
    gives("wordcount --records 70k", PlainLoops.wordcount(70_000));
    gives("window --records 300k", PlainLoops.window(300_000, 10_000, 2_000));
    gives("window --records 300k --backend rocksdb", PlainLoops.window(300_000, 10_000, 2_000));
    gives("window --records 300k --tumbling", PlainLoops.window(300_000, 10_000, 10_000));
    gives("join --records 500k --backend rocksdb", PlainLoops.join(500_000));
    gives("join --records 500k", PlainLoops.join(500_000));
    gives("columnar-sum --records 300k --keys 1k", PlainLoops.columnarSum(300_000, 1_000));
    gives("columnar-sum --records 300k", PlainLoops.columnarSum(300_000, 1_000_000));
  }

  @Test
  void measuresThePlainLoopBesideTheColumns() throws Exception {
    JsonNode line = bench("columnar-sum --records 200k --runs 1 --warm 0 --json").line(0);
    assertThat(line.get("plain_cpu_ns_per_record").asDouble()).isPositive();
    assertThat(line.has("times_plain")).isTrue();
    Ended table = bench("columnar-sum --records 200k --runs 1 --warm 0");
    assertThat(table.out()).containsPattern("the plain loop [0-9.]+ ns: [0-9.]+ times that");
  }

  /** What Flink, Jet and a plain loop gave for the same number of records. */
  @ParameterizedTest
  @CsvSource({
    "keyed-count, 1500k, 1c1903e53cd92f5a",
    "keyed-count --keys 1k, 1500k, 2401756a01ae0a2b",
    "wordcount, 1M, 72851279dc3fe3fd",
    "window, 4M, 9daa5629d48bf18c",
    "window --tumbling, 4M, 7690bdf70acace19",
    "join, 3M, 60f8dbdc94ce2ad2",
  })
  void givesTheChecksumsOfOtherEngines(String workload, String records, String checksum)
      throws Exception {
    Ended ended = bench(workload.strip() + " --records " + records + " --runs 1 --warm 0 --json");
    assertThat(ended.line(0).get("checksum").asText()).isEqualTo(checksum);
  }

  @Test
  void printsALineForEachNumberOfRecords() throws Exception {
    Ended ended =
        bench("keyed-count --records 20k,40k --runs 1 --warm 10k --steady --json --keys 1k");
    assertThat(ended.code()).isZero();
    assertThat(ended.out().lines()).hasSize(2);
    List<String> keys = new ArrayList<>();
    ended.line(0).fieldNames().forEachRemaining(keys::add);
    assertThat(keys.subList(0, KEYS.size())).isEqualTo(KEYS);
    assertThat(keys.subList(KEYS.size(), keys.size())).containsExactly("steady_cpu_ns_per_record");
    assertThat(ended.line(0).get("records").asLong()).isEqualTo(20_000);
    assertThat(ended.line(1).get("records").asLong()).isEqualTo(40_000);
    assertThat(ended.line(1).get("variant").asText()).isEqualTo("parallelism=2 keys=1k");
    assertThat(ended.line(1).get("alloc_bytes_per_record").asDouble()).isPositive();
  }

  @Test
  void printsATableForPeople() {
    Ended ended = bench("map-filter --records 10k --runs 1 --warm 0");
    assertThat(ended.out().lines()).hasSize(2);
    assertThat(ended.out().lines().toList().get(1)).startsWith("map-filter ").contains("10,000");
  }

  @Test
  void timesRecordsFromWhenTheyWereDue() throws Exception {
    JsonNode line = bench("latency --records 12k --rate 2k --runs 1 --warm 0 --json").line(0);
    assertThat(line.get("emitted").asLong()).isEqualTo(12_000);
    assertThat(line.get("wall_s").asDouble()).isGreaterThanOrEqualTo(5.99);
    JsonNode latencies = line.get("lat_us");
    assertThat(latencies.get("count").asLong()).isEqualTo(2_000);
    assertThat(latencies.get("p50").asLong()).isPositive();
    assertThat(latencies.get("p99").asLong())
        .isBetween(latencies.get("p50").asLong(), latencies.get("max").asLong());
    // Of six seconds there are some thousand looks, unless the machine stood still.
    assertThat(line.get("pause_us").get("count").asLong()).isPositive();
    assertThat(line.get("pause_us").get("max").asLong()).isPositive();
  }

  @Test
  void timesTheRecoveryFromAnException() throws Exception {
    JsonNode line =
        bench("recovery --records 6M --keys 10k --checkpoint-interval 20ms --runs 1 --json")
            .line(0);
    assertThat(line.get("fail_to_first_record_ms").asLong()).isPositive();
    assertThat(line.get("emitted").asLong()).isPositive();
  }

  @Test
  void saysWhenNothingFailedInARecovery() {
    Ended ended = bench("recovery --records 1k --keys 10 --runs 1 --json");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err()).contains("Nothing failed before the 1000 records");
  }

  @Test
  void saysWhatIdleJobsCost() throws Exception {
    JsonNode line = bench("idle --jobs 2 --time 1s --checkpoint-interval 200ms").line(0);
    assertThat(line.get("variant").asText()).isEqualTo("jobs=2 parallelism=2 cp=200");
    assertThat(line.get("cpu_ms").asDouble()).isPositive();
    assertThat(line.get("cores").asDouble()).isBetween(0.0, 2.0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "keyed-counts | did you mean 'keyed-count'?",
        "nonsense | there are source-only, map-filter",
        "keyed-count --records x | 'x' is no number such as 500, 10k or 10M",
        "keyed-count --records 0 | --records is at least 1, not 0",
        "idle --jobs 0 | --jobs is at least 1, not 0",
        "idle --time 0 | --time is more than 0",
        "keyed-count --parallelism 0 | --parallelism is at least 1, not 0",
        "keyed-count --backend disk | --backend is heap or rocksdb, not 'disk'",
        "keyed-count --cache 64 | --cache is for --backend rocksdb",
        "keyed-count --backend rocksdb --cache much | --cache: 'much' is not a memory size",
        "latency --records 100k | --records of 'latency' is more than 5 x --rate",
        "columnar-sum --parallelism 7 | --parallelism of 'columnar-sum' divides 60",
        "keyed-count --tumbling | --tumbling is for the workload 'window'",
        "recovery --kill | --kill is for the workload 'recovery' with --task-managers 2",
        "window --checkpoint-interval 5 | '5' is not a duration",
        "window --checkpoint-interval 0 | --checkpoint-interval is more than 0",
        "window --records 1M,2M --speed | Unknown option: '--speed'",
      })
  void refusesWhatMakesNoSense(String arguments, String message) {
    Ended ended = bench(arguments.strip());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains(message).contains("millrace bench --help");
    assertThat(ended.out()).isEmpty();
  }
}
