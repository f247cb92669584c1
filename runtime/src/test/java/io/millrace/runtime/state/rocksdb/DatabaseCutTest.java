package io.millrace.runtime.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.state.StoreFiles.LocalFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who takes a cut, and what is to be had of it then. */
class DatabaseCutTest {
  private static final byte[] KEY = {1};

  @TempDir Path directory;
  private RocksDbEnvironment environment;
  private Database database;
  private DatabaseCut cut;

  @BeforeEach
  void open() throws IOException {
    environment =
        new RocksDbEnvironment(
            directory, new RocksDbSettings(1 << 20, 8 << 20, 4 << 20, 100, 16, 0, true));
    database = environment.open("op");
    cut = new DatabaseCut(database, Optional.of(List.of()), () -> false);
    database.put(KEY, new byte[] {1});
  }

  @AfterEach
  void closesWithoutLeavingAnything() throws IOException {
    cut.release();
    database.close();
    environment.close();
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  private long linked() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(path -> path.getFileName().toString().contains("-cut-")).count();
    }
  }

  @Test
  void isTakenWhenItsFilesWereMade() throws IOException {
    cut.written();
    assertThat(cut.prepared().toCompletableFuture()).isCompleted();
    assertThat(cut.isTaken()).isFalse();
    Optional<List<LocalFile>> files =
        cut.withFiles(
            made -> {
              assertThat(cut.isTaken()).isTrue();
              return made.tables();
            });
    assertThat(files.orElseThrow()).isNotEmpty().allMatch(file -> Files.exists(file.path()));
    assertThat(cut.isInFiles()).isTrue();
    // The task is no longer in need of a view then.
    cut.takeView();
    assertThat(cut.isInFiles()).isTrue();
    cut.release();
    assertThat(files.orElseThrow()).noneMatch(file -> Files.exists(file.path()));
  }

  @Test
  void isAViewIfTheTaskCannotWaitForFiles() throws IOException {
    cut.written();
    cut.takeView();
    assertThat(cut.isTaken()).isTrue();
    database.put(KEY, new byte[] {2});
    assertThat(cut.withFiles(files -> files)).isEmpty();
    assertThat(cut.isInFiles()).isFalse();
    assertThat(cut.view().getWhole(KEY)).containsExactly(1);
    assertThat(linked()).isZero();
  }

  /** Files that have what is newer are thrown away. */
  @Test
  void isAViewIfThatWasTakenWhileFilesWereMade() throws IOException {
    cut.written();
    cut.makeFiles(
        files -> {
          cut.takeView();
          database.put(KEY, new byte[] {2});
          files.make();
        });
    assertThat(linked()).isZero();
    assertThat(cut.withFiles(files -> files)).isEmpty();
    assertThat(cut.isInFiles()).isFalse();
    assertThat(cut.view().getWhole(KEY)).containsExactly(1);
  }

  @Test
  void hasNoFilesIfItWasAbandonedWhileTheyWereMade() throws IOException {
    cut.written();
    cut.makeFiles(
        files -> {
          cut.abandon();
          database.put(KEY, new byte[] {2});
          files.make();
        });
    assertThatThrownBy(() -> cut.withFiles(files -> files))
        .isInstanceOf(CancellationException.class);
    cut.release();
    assertThat(linked()).isZero();
  }

  @Test
  void isNotReadBeforeItIsKnownWhetherThereAreFiles() {
    cut.written();
    assertThatThrownBy(cut::view).isInstanceOf(IllegalStateException.class);
  }

  /** What is newer may be in files that were being made then. */
  @Test
  void hasNoFilesIfItWasAbandonedBeforeTheyWereMade() throws IOException {
    cut.written();
    cut.abandon();
    assertThat(cut.isAbandoned()).isTrue();
    assertThatThrownBy(() -> cut.withFiles(files -> files))
        .isInstanceOf(CancellationException.class);
    assertThat(cut.isTaken()).isTrue();
    assertThatThrownBy(cut::view).isInstanceOf(CancellationException.class);
    cut.release();
    assertThat(linked()).isZero();
  }

  @Test
  void takesNothingIfItWasReleasedBeforeItWasWritten() {
    cut.release();
    cut.written();
    assertThat(cut.prepared().toCompletableFuture()).isCompleted();
    assertThat(cut.isTaken()).isTrue();
    assertThatThrownBy(cut::view).isInstanceOf(CancellationException.class);
  }

  @Test
  void letsTheTaskGoOnIfItsFilesCouldNotBeMade() throws IOException {
    cut.written();
    Files.createDirectory(directory.resolve("db-1-cut-1"));
    assertThatThrownBy(() -> cut.withFiles(files -> files))
        .isInstanceOf(RocksDbException.class)
        .hasMessageContaining("operator op");
    assertThat(cut.isTaken()).isTrue();
    assertThat(cut.isInFiles()).isFalse();
  }
}
