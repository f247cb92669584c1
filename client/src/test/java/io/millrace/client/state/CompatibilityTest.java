package io.millrace.client.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.config.Configuration;
import io.millrace.core.storage.MountedFileStore;
import io.millrace.jobmanager.state.EntryJson;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.inspect.StateSummary;
import io.millrace.runtime.state.StateHandles.ChannelSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What former versions have written must stay readable for ever. {@code src/test/snapshots} has a
 * directory a version; none is ever changed. When the format changes, the snapshots of the version
 * before it are there already, and those of the new one are added: {@link SampleSnapshots} writes
 * them, and {@code entries.jsonl} beside them is what this test finds in them.
 */
class CompatibilityTest {
  private static final Path SNAPSHOTS = Path.of("src", "test", "snapshots");

  @TempDir Path directory;

  static List<Path> versions() throws IOException {
    try (Stream<Path> all = Files.list(SNAPSHOTS)) {
      return all.filter(Files::isDirectory).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("versions")
  void savepointsOfAllVersionsAreRead(Path version) throws IOException {
    assertThat(entries(version.resolve("jobs/j/savepoint-7")))
        .isEqualTo(Files.readAllLines(version.resolve("entries.jsonl")));
  }

  @ParameterizedTest
  @MethodSource("versions")
  void checkpointsInFilesOfRocksDbOfAllVersionsAreRead(Path version) throws IOException {
    assertThat(entries(version.resolve("jobs/j/chk-7")))
        .isEqualTo(Files.readAllLines(version.resolve("entries.jsonl")));
  }

  @ParameterizedTest
  @MethodSource("versions")
  void recordsInFlightOfAllVersionsAreRead(Path version) throws Exception {
    MountedFileStore files = new MountedFileStore(version.toAbsolutePath());
    List<ChannelSection> channels =
        new CheckpointStore(files, "test")
            .readMetadata("jobs/j/chk-7")
            .operators()
            .get(1)
            .subtasks()
            .get(0)
            .channels();
    if (version.endsWith("0.1.0")) {
      assertThat(channels).isEmpty(); // It had none.
      return;
    }
    assertThat(channels).hasSize(1);
    assertThat(SampleSnapshots.readInFlight(files, channels.get(0)))
        .isEqualTo(SampleSnapshots.IN_FLIGHT);
  }

  @Test
  void thereIsASnapshotOfWhatThisVersionWrites() throws Exception {
    Path newest = versions().get(versions().size() - 1);
    Path written = SampleSnapshots.write(directory.resolve("store"), false);
    assertThat(entries(written)).isEqualTo(Files.readAllLines(newest.resolve("entries.jsonl")));
    assertThat(Files.readAllBytes(written.resolve("state")))
        .as("the format has changed: add a version to " + SNAPSHOTS)
        .isEqualTo(Files.readAllBytes(newest.resolve("jobs/j/savepoint-7/state")));
  }

  /** All entries of all states, sorted, as lines of JSON. */
  static List<String> entries(Path snapshot) throws IOException {
    List<String> lines = new ArrayList<>();
    try (OpenedArchive opened =
        OpenedArchive.open(snapshot.toString(), Optional.empty(), Configuration.empty())) {
      for (StateSummary state : opened.archive().states(opened.classes())) {
        opened
            .archive()
            .read(
                state.uid(),
                state.meta().name(),
                opened.classes(),
                entry -> {
                  ObjectNode line = EntryJson.of(entry);
                  line.put("state", state.uid() + "/" + state.meta().name());
                  lines.add(line.toString());
                  return true;
                });
      }
    }
    lines.sort(String::compareTo);
    return lines;
  }
}
