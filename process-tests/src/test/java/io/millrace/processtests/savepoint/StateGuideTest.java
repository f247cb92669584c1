package io.millrace.processtests.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.datastream.CloseableIterator;
import io.millrace.api.datastream.SavepointReader;
import io.millrace.api.datastream.SavepointWriter;
import io.millrace.api.datastream.StreamExecutionEnvironment;
import io.millrace.api.datastream.state.KeyedEntry;
import io.millrace.processtests.savepoint.ConvertTotals.FillTotals;
import io.millrace.processtests.savepoint.ConvertTotals.Total;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/state.md shows compiles, and does what it says. */
class StateGuideTest {
  @TempDir Path directory;

  @Test
  void theExampleOfTheGuideIsTheOneThatIsTested() throws Exception {
    String guide = Files.readString(Path.of("..", "docs", "state.md"));
    int start = guide.indexOf("```java\n") + "```java\n".length();
    List<String> shown = guide.substring(start, guide.indexOf("```", start)).lines().toList();
    Path source =
        Path.of("src/test/java").resolve(ConvertTotals.class.getName().replace('.', '/') + ".java");
    List<String> tested = Files.readAllLines(source);

    assertThat(shown).isNotEmpty();
    assertThat(tested)
        .containsSequence(shown.stream().map(line -> line.isEmpty() ? "" : "  " + line).toList());
  }

  @Test
  void theExampleConvertsWhatItIsGiven() throws Exception {
    String from = directory.resolve("from").toString();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    SavepointWriter writer = SavepointWriter.create(env, from);
    for (String uid : List.of("totals", "statistics")) {
      writer.bootstrap(
          uid,
          env.fromData(new Total(1, 1), new Total(2, 100), new Total(3, 200)).keyBy(Total::auction),
          new FillTotals());
    }
    writer.write();
    env.execute("fill");

    String to = directory.resolve("to").toString();
    ConvertTotals.convert(env, from, to);

    List<Total> totals = new ArrayList<>();
    try (CloseableIterator<KeyedEntry<Long, Total>> found =
        SavepointReader.open(env, to)
            .keyed("totals", Long.class)
            .state(ConvertTotals.total())
            .executeAndCollect()) {
      found.forEachRemaining(entry -> totals.add(entry.value()));
    }
    assertThat(totals).containsExactlyInAnyOrder(new Total(2, 95), new Total(3, 190));
  }
}
