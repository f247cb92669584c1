package io.millrace.client.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.config.Configuration;
import io.millrace.core.storage.MountedFileStore;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.state.CorruptStateException;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.ChannelSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files of snapshots, looked into: each is refused by its name, never read as data. */
class DamagedSnapshotsTest {
  @TempDir Path directory;

  @Test
  void bytesAnywhereInAHeapSnapshotCount() throws Exception {
    Path snapshot = SampleSnapshots.write(directory.resolve("store"), false);
    for (Path file : files(snapshot.getParent())) {
      byte[] whole = Files.readAllBytes(file);
      for (int i = 0; i < whole.length; i += 3) {
        refused(snapshot, file, truncated(whole, i));
        refused(snapshot, file, flipped(whole, i, 1 << i % 8));
      }
      Files.write(file, whole);
    }
    assertThat(CompatibilityTest.entries(snapshot)).isNotEmpty();
  }

  @Test
  void bytesOfRocksDbsFilesCount() throws Exception {
    Path snapshot = SampleSnapshots.write(directory.resolve("store"), true);
    List<Path> all = files(snapshot.getParent());
    assertThat(all).hasSizeGreaterThan(2);
    Random random = new Random(1);
    for (Path file : all) {
      byte[] whole = Files.readAllBytes(file);
      for (int i = 0; i < 60; i++) {
        refused(snapshot, file, truncated(whole, random.nextInt(whole.length)));
        refused(
            snapshot, file, flipped(whole, random.nextInt(whole.length), 1 + random.nextInt(255)));
      }
      for (Path other : all) {
        if (!other.equals(file)) {
          refused(snapshot, file, Files.readAllBytes(other));
        }
      }
      Files.write(file, whole);
    }
    assertThat(CompatibilityTest.entries(snapshot)).isNotEmpty();
  }

  private static List<Path> files(Path store) throws IOException {
    try (Stream<Path> all = Files.walk(store)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static byte[] truncated(byte[] whole, int length) {
    return Arrays.copyOf(whole, length);
  }

  private static byte[] flipped(byte[] whole, int at, int bits) {
    byte[] flipped = whole.clone();
    flipped[at] ^= (byte) bits;
    return flipped;
  }

  private static void refused(Path snapshot, Path file, byte[] damaged) throws Exception {
    // Not in place: a file of the store may be a link to one of the database.
    Files.delete(file);
    Files.write(file, damaged);
    try (OpenedArchive opened =
        OpenedArchive.open(snapshot.toString(), Optional.empty(), Configuration.empty())) {
      opened.archive().states(opened.classes());
      readInFlight(snapshot, opened.archive().metadata());
    } catch (CorruptDataException | CorruptStateException e) {
      assertThat(e.getMessage()).contains(file.getFileName().toString());
      return;
    }
    throw new AssertionError(file + " was read with " + damaged.length + " bytes of damage");
  }

  private static void readInFlight(Path snapshot, CheckpointMetadata metadata) throws Exception {
    MountedFileStore files = new MountedFileStore(snapshot.getParent().getParent().getParent());
    for (OperatorState operator : metadata.operators()) {
      for (StateHandles handles : operator.subtasks()) {
        for (ChannelSection channel : handles.channels()) {
          SampleSnapshots.readInFlight(files, channel);
        }
      }
    }
  }
}
