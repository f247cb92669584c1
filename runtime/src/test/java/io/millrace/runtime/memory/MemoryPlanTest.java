package io.millrace.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.MemoryOptions;
import io.millrace.core.config.MemorySize;
import io.millrace.core.config.StateOptions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPlanTest {
  private static final MemorySize DEFAULT = MemorySize.ofMebibytes(2048);

  private static Configuration configuration(String... keysAndValues) {
    Map<String, String> texts = new TreeMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      texts.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return Configuration.of(texts, "a test");
  }

  private static MemoryPlan taskManager(String... keysAndValues) {
    return MemoryPlan.ofTaskManager(configuration(keysAndValues), () -> DEFAULT);
  }

  private static long sum(MemoryPlan plan) {
    return plan.parts().stream().mapToLong(part -> part.size().bytes()).sum();
  }

  private static MemorySize part(MemoryPlan plan, String name) {
    return plan.parts().stream()
        .filter(part -> part.name().equals(name))
        .findFirst()
        .orElseThrow()
        .size();
  }

  @ParameterizedTest
  @ValueSource(strings = {"440 MiB", "512 MiB", "1 GiB", "1073741825", "10 GiB", "1 TiB"})
  void thePartsAreTheWhole(String budget) {
    for (String backend : List.of("heap", "rocksdb")) {
      MemoryPlan plan = taskManager("process.memory", budget, "state.backend", backend);
      assertThat(plan.total()).isEqualTo(MemorySize.parse(budget));
      assertThat(sum(plan)).isEqualTo(plan.total().bytes());
      assertThat(plan.parts())
          .extracting(MemoryPart::name)
          .containsExactly(
              "heap", "metaspace", "code cache", "direct memory", "reserve", "RocksDB");
    }
  }

  @Test
  void theLauncherPassesThePartsThatTheJavaMachineLimits() {
    MemoryPlan plan = taskManager("process.memory", "1 GiB", "state.backend", "rocksdb");
    assertThat(plan.jvmOptions())
        .contains(
            "-Xmx" + part(plan, "heap").bytes(),
            "-XX:MaxMetaspaceSize=" + part(plan, "metaspace").bytes(),
            "-XX:ReservedCodeCacheSize=" + part(plan, "code cache").bytes(),
            "-XX:MaxDirectMemorySize=" + part(plan, "direct memory").bytes(),
            "-Dio.netty.maxDirectMemory=0");
    assertThat(plan.missing(plan.jvmOptions())).isEmpty();
    assertThat(plan.missing(List.of("-Xmx1g"))).isEqualTo(plan.jvmOptions());
  }

  @Test
  void whatWasSetIsAsItWasSet() {
    MemoryPlan plan =
        taskManager(
            "process.memory", "2 GiB",
            "taskmanager.metaspace", "100 MiB",
            "taskmanager.code-cache", "60 MiB",
            "taskmanager.direct-memory", "50 MiB",
            "taskmanager.reserve", "200 MiB",
            "state.rocksdb.block-cache", "300 MiB",
            "state.rocksdb.write-buffers", "70 MiB",
            "state.rocksdb.cache-memory", "80 MiB");
    assertThat(part(plan, "metaspace")).hasToString("100 MiB");
    assertThat(part(plan, "code cache")).hasToString("60 MiB");
    assertThat(plan.directMemory()).hasToString("50 MiB");
    assertThat(part(plan, "reserve")).hasToString("200 MiB");
    assertThat(part(plan, "RocksDB")).hasToString("300 MiB");
    assertThat(part(plan, "heap")).hasToString((2048 - 100 - 60 - 50 - 200 - 300) + " MiB");
    Configuration applied = plan.appliedTo(Configuration.empty());
    assertThat(applied.get(StateOptions.BLOCK_CACHE)).hasToString("300 MiB");
    assertThat(applied.get(StateOptions.WRITE_BUFFERS)).hasToString("70 MiB");
    assertThat(applied.get(StateOptions.CACHE_MEMORY)).hasToString("80 MiB");
    assertThat(plan.describe())
        .contains("Memory of the TaskManager: 2 GiB (process.memory)")
        .anyMatch(line -> line.matches("  metaspace +100 MiB +\\(taskmanager.metaspace\\)"))
        .anyMatch(line -> line.matches("  heap +1338 MiB +of it objects of RocksDB state: 80 MiB"));
  }

  @Test
  void rocksDbGetsMoreWhereItIsTheBackend() {
    MemoryPlan heap = taskManager("process.memory", "1000 MiB");
    MemoryPlan rocksDb = taskManager("process.memory", "1000 MiB", "state.backend", "rocksdb");
    long rest = (part(heap, "RocksDB").bytes() + part(heap, "heap").bytes()) >> 20;
    assertThat(part(heap, "RocksDB")).hasToString(rest * 15 / 100 + " MiB");
    assertThat(part(rocksDb, "RocksDB")).hasToString(rest * 2 / 5 + " MiB");
    Configuration applied = rocksDb.appliedTo(Configuration.empty());
    assertThat(applied.get(StateOptions.WRITE_BUFFERS))
        .isEqualTo(new MemorySize(part(rocksDb, "RocksDB").bytes() / 2));
    assertThat(applied.get(StateOptions.CACHE_MEMORY).bytes())
        .isEqualTo(part(rocksDb, "heap").bytes() / 5 * 2);
  }

  @Test
  void aHeapThatWasSetLeavesTheRestToTheReserve() {
    MemoryPlan free = taskManager("process.memory", "2 GiB");
    MemoryPlan set = taskManager("process.memory", "2 GiB", "taskmanager.heap", "500 MiB");
    assertThat(part(set, "heap")).hasToString("500 MiB");
    assertThat(sum(set)).isEqualTo(2L << 30);
    assertThat(part(set, "reserve").bytes() - part(free, "reserve").bytes())
        .isEqualTo(part(free, "heap").bytes() - (500L << 20));
  }

  @Test
  void aHeapWithoutAWholeMakesTheWhole() {
    MemoryPlan plan = taskManager("taskmanager.heap", "300 MiB");
    assertThat(part(plan, "heap")).hasToString("300 MiB");
    assertThat(sum(plan)).isEqualTo(plan.total().bytes());
    assertThat(plan.summary())
        .contains("what the parts add up to, as taskmanager.heap is set and process.memory is not");
    // The process, which is told the whole, comes to the same.
    MemoryPlan again =
        taskManager("taskmanager.heap", "300 MiB", "process.memory", plan.total().toString());
    assertThat(again.jvmOptions()).isEqualTo(plan.jvmOptions());
  }

  @Test
  void nothingSetIsTheDefault() {
    MemoryPlan plan = taskManager();
    assertThat(plan.summary()).isEqualTo("2 GiB (the default; process.memory sets it)");
    assertThat(sum(plan)).isEqualTo(2L << 30);
  }

  @Test
  void tooLittleIsRefusedWithTheLeast() {
    assertThatThrownBy(() -> taskManager("process.memory", "200 MiB"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageMatching(
            "process.memory = 200 MiB is too little for a TaskManager, which needs \\d+ MiB: heap 64"
                + " MiB, metaspace 128 MiB, code cache 48 MiB, direct memory 32 MiB, reserve \\d+ MiB,"
                + " RocksDB 16 MiB\\. Raise process.memory");
  }

  @Test
  void theLeastIsEnough() {
    String message = "";
    try {
      taskManager("process.memory", "1 MiB", "state.backend", "rocksdb");
    } catch (ConfigurationException e) {
      message = e.getMessage();
    }
    String least = message.replaceAll(".*needs (\\d+ MiB):.*", "$1");
    assertThat(least).endsWith(" MiB");
    assertThat(part(taskManager("process.memory", least, "state.backend", "rocksdb"), "heap"))
        .hasToString("64 MiB");
  }

  @Test
  void partsThatDoNotFitAreRefusedByName() {
    assertThatThrownBy(
            () ->
                taskManager(
                    "process.memory", "1 GiB",
                    "taskmanager.heap", "900 MiB",
                    "state.rocksdb.block-cache", "200 MiB"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(
            "process.memory = 1 GiB is too little for a TaskManager, which needs")
        .hasMessageContaining("heap 900 MiB")
        .hasMessageContaining("RocksDB 200 MiB")
        .hasMessageEndingWith(
            "Raise process.memory, or lower or leave out taskmanager.heap,"
                + " state.rocksdb.block-cache");
  }

  @Test
  void whatDoesNotFitIntoItsPartIsRefused() {
    assertThatThrownBy(
            () ->
                taskManager(
                    "state.rocksdb.block-cache",
                    "128 MiB",
                    "state.rocksdb.write-buffers",
                    "129 MiB"))
        .hasMessage(
            "state.rocksdb.write-buffers = 129 MiB is more than the block cache, which has 128 MiB."
                + " Lower it, or raise state.rocksdb.block-cache or process.memory");
    assertThatThrownBy(
            () ->
                taskManager("taskmanager.heap", "100 MiB", "state.rocksdb.cache-memory", "76 MiB"))
        .hasMessage(
            "state.rocksdb.cache-memory = 76 MiB is more than three quarters of the heap, which has"
                + " 100 MiB. Lower it, or raise taskmanager.heap or process.memory");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Xmx1g",
        "-XX:MaxRAMPercentage=80",
        "-XX:MaxMetaspaceSize=1g",
        "-XX:ReservedCodeCacheSize=1g",
        "-XX:MaxDirectMemorySize=1g"
      })
  void aLimitAmongTheJavaMachinesOptionsIsRefused(String flag) {
    assertThatThrownBy(() -> taskManager("taskmanager.jvm-options", "-XX:+UseG1GC " + flag))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("taskmanager.jvm-options has " + flag)
        .hasMessageContaining("derived from process.memory");
    Configuration jobManager = configuration("jobmanager.jvm-options", flag);
    assertThatThrownBy(() -> MemoryPlan.ofJobManager(jobManager))
        .hasMessageStartingWith("jobmanager.jvm-options has " + flag);
  }

  @Test
  void theJobManagerHasABudgetOfItsOwn() {
    MemoryPlan plan = MemoryPlan.ofJobManager(configuration("process.memory", "8 GiB"));
    assertThat(plan.total()).isEqualTo(MemoryOptions.JOB_MANAGER_MEMORY.defaultValue());
    assertThat(sum(plan)).isEqualTo(plan.total().bytes());
    assertThat(plan.parts()).extracting(MemoryPart::name).doesNotContain("RocksDB");
    MemoryPlan heap = MemoryPlan.ofJobManager(configuration("jobmanager.heap", "1 GiB"));
    assertThat(heap.jvmOptions()).contains("-Xmx" + (1L << 30));
    assertThat(sum(heap)).isEqualTo(heap.total().bytes());
    assertThatThrownBy(() -> MemoryPlan.ofJobManager(configuration("jobmanager.memory", "100 MiB")))
        .hasMessageStartingWith("jobmanager.memory = 100 MiB is too little for a JobManager");
  }

  @Test
  void theDefaultIsHalfOfTheMachineAndTwoGibibytesAtMost() {
    assertThat(DefaultMemory.of(MemorySize.parse("64 GiB"), 4)).hasToString("2 GiB");
    assertThat(DefaultMemory.of(MemorySize.parse("4 GiB"), 2)).hasToString("1 GiB");
    assertThat(DefaultMemory.of(MemorySize.parse("4 GiB"), 0)).hasToString("2 GiB");
  }

  @Test
  void readsTheResidentSizeThatTheSystemTells() {
    assertThat(MachineMemory.resident("Name:\tjava\nVmHWM:\t  99 kB\nVmRSS:\t  12 kB\n"))
        .hasValue(12 << 10);
    assertThat(MachineMemory.resident("Name:\tjava\n")).isEmpty();
    assertThat(MachineMemory.total().bytes()).isGreaterThan(1 << 20);
  }
}
