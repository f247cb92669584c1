package io.millrace.benchmarks.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Each benchmark runs for a moment, so that none of them breaks unseen; says nothing of speed. */
class MicroBenchmarksTest {
  @Test
  void allRun() throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(getClass().getPackageName().replace(".", "\\.") + "\\..*")
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(5))
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    assertThat(
            results.stream()
                .map(result -> result.getParams().getBenchmark().replaceAll(".*\\.micro\\.", ""))
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(
            "ChainHopBenchmark.record",
            "RingBenchmark.sameThread",
            "RingBenchmark.twoThreads",
            "SerializerBenchmark.write",
            "SerializerBenchmark.read",
            "PartitionBenchmark.byNumber",
            "PartitionBenchmark.byWord",
            "HeapStateBenchmark.update",
            "RocksDbStateBenchmark.update",
            "TimerBenchmark.registerAndFire",
            "TimerBenchmark.registerAgain",
            "PaneBenchmark.count",
            "NettyChannelBenchmark.batch");
    assertThat(results)
        .allSatisfy(result -> assertThat(result.getPrimaryResult().getScore()).isPositive());
  }
}
