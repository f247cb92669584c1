package io.millrace.core.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFileStoreTest {
  @TempDir Path root;
  private RecordingCalls calls;
  private LocalFileStore store;

  @BeforeEach
  void open() {
    calls = new RecordingCalls(root);
    store = new LocalFileStore(root, calls);
  }

  @Test
  void aFileIsSyncedThenRenamedThenItsDirectorySynced() throws IOException {
    try (FileStore.PendingFile file = store.create("f")) {
      file.stream().write("abc".getBytes(UTF_8));
      file.commit();
    }

    assertThat(calls.seen)
        .containsExactly(
            "temporary in .",
            "open tmp",
            "write tmp",
            "sync tmp",
            "close tmp",
            "rename tmp f",
            "sync directory .");
    assertThat(content("f")).isEqualTo("abc");
  }

  @Test
  void newDirectoriesAreMadeDurableFromTheTopDown() throws IOException {
    try (FileStore.PendingFile file = store.create("a/b/f")) {
      file.commit();
    }

    assertThat(calls.seen)
        .startsWith(
            "create directory a",
            "sync directory .",
            "create directory a/b",
            "sync directory a",
            "temporary in a/b")
        .endsWith("sync tmp", "close tmp", "rename tmp a/b/f", "sync directory a/b");
  }

  @Test
  void anExclusiveCommitLinksAndRemovesTheTemporaryName() throws IOException {
    try (FileStore.PendingFile file = store.create("f")) {
      assertThat(file.commitIfAbsent()).isTrue();
    }

    assertThat(calls.seen)
        .containsExactly(
            "temporary in .",
            "open tmp",
            "sync tmp",
            "close tmp",
            "link tmp f",
            "delete tmp",
            "sync directory .");
  }

  @Test
  void anExclusiveCommitChangesNothingIfTheNameIsTaken() throws IOException {
    write("f", "first");

    try (FileStore.PendingFile file = store.create("f")) {
      file.stream().write('x');
      assertThat(file.commitIfAbsent()).isFalse();
    }

    assertThat(content("f")).isEqualTo("first");
    assertThat(store.unfinished("")).isEmpty();
  }

  @Test
  void aCommitReplaces() throws IOException {
    write("f", "first");
    write("f", "second");

    assertThat(content("f")).isEqualTo("second");
  }

  @Test
  void aClosedFileLeavesNothing() throws IOException {
    try (FileStore.PendingFile file = store.create("f")) {
      file.stream().write('x');
    }

    assertThat(store.exists("f")).isFalse();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void aFailedSyncIsNoCommit() throws IOException {
    calls.failOn = "sync tmp";
    try (FileStore.PendingFile file = store.create("f")) {
      assertThatThrownBy(file::commit).isInstanceOf(IOException.class);
    }

    assertThat(store.exists("f")).isFalse();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void aFullDiskIsNamedWithThePathAndTheRemedy() throws IOException {
    calls.failOn = "write tmp";
    calls.failure = new IOException("No space left on device");
    try (FileStore.PendingFile file = store.create("chk/f")) {
      assertThatThrownBy(() -> file.stream().write('x'))
          .hasMessageContaining(root.resolve("chk/f").toString())
          .hasMessageContaining("disk is full")
          .hasMessageContaining("free space");
    }
  }

  @Test
  void missingPermissionIsNamedWithThePath() {
    calls.failOn = "create directory chk";
    calls.failure = new AccessDeniedException("chk");

    assertThatThrownBy(() -> store.create("chk/f"))
        .hasMessageContaining(root.resolve("chk/f").toString())
        .hasMessageContaining("no permission");
  }

  @Test
  void leftoversAreFoundAndNeverListed() throws IOException {
    write("a/f", "kept");
    // As a crash leaves it: never committed and never closed.
    FileStore.PendingFile crashed = store.create("a/g");
    crashed.stream().write('x');

    assertThat(store.list("")).containsExactly("a/f");
    StoredFile left = store.unfinished("a").get(0);
    assertThat(left.path()).startsWith("a/.g-").endsWith(".tmp");
    assertThat(left.bytes()).isEqualTo(1);
    store.discard(left);
    assertThat(store.unfinished("a")).isEmpty();
    assertThat(store.list("a")).containsExactly("a/f");
  }

  @Test
  void listsAndDeletesDirectories() throws IOException {
    write("a/2", "");
    write("a/b/1", "");
    write("c", "");

    assertThat(store.list("a")).containsExactly("a/2", "a/b/1");
    assertThat(store.list("nowhere")).isEmpty();
    assertThat(store.delete("a")).isTrue();
    assertThat(store.delete("a")).isFalse();
    assertThat(store.list("")).containsExactly("c");
    assertThat(store.delete("c")).isTrue();
    assertThatThrownBy(() -> store.open("c")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void pathsDoNotLeadOutOfTheStore() {
    assertThatThrownBy(() -> store.create("../x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("../x");
    assertThatThrownBy(() -> store.delete("/etc")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theRealCallsMakeAFile() throws IOException {
    store = new LocalFileStore(root.resolve("new/store"));
    write("a/f", "abc");
    try (FileStore.PendingFile file = store.create("a/g")) {
      assertThat(file.commitIfAbsent()).isTrue();
    }

    assertThat(store.list("")).containsExactly("a/f", "a/g");
    assertThat(content("a/f")).isEqualTo("abc");
    assertThat(store.location()).isEqualTo(root.resolve("new/store").toString());
  }

  private void write(String path, String content) throws IOException {
    try (FileStore.PendingFile file = store.create(path)) {
      file.stream().write(content.getBytes(UTF_8));
      file.commit();
    }
  }

  private String content(String path) throws IOException {
    try (InputStream in = store.open(path)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void aFileIsImportedByALinkThatIsDurable() throws IOException {
    Path local = Files.writeString(root.resolve("000012.sst"), "entries");
    store.importFile(local, "job/shared/a");

    assertThat(calls.seen.subList(calls.seen.size() - 3, calls.seen.size()))
        .containsExactly(
            "sync file 000012.sst", "link 000012.sst job/shared/a", "sync directory job/shared");
    assertThat(Files.isSameFile(local, root.resolve("job/shared/a"))).isTrue();
    Path back = root.resolve("back");
    store.exportFile("job/shared/a", back);
    assertThat(Files.isSameFile(local, back)).isTrue();
    assertThatThrownBy(() -> store.importFile(local, "job/shared/a"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> store.exportFile("job/shared/b", root.resolve("b")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aFileIsAsOldAsItsNameAndNotAsItsContent() throws IOException {
    Instant before = Instant.now().minusSeconds(60);
    Path local = Files.writeString(root.resolve("000012.sst"), "entries");
    Files.setLastModifiedTime(local, FileTime.from(before.minus(Duration.ofDays(9))));
    store.importFile(local, "job/shared/a");

    StoredFile file = store.describe("job").get(0);
    assertThat(file.path()).isEqualTo("job/shared/a");
    assertThat(file.bytes()).isEqualTo(7);
    assertThat(file.modified()).isAfter(before);
  }

  @Test
  void whereNoLinkCanBeMadeAFileIsCopied() throws IOException {
    Path local = Files.writeString(root.resolve("000012.sst"), "entries");
    calls.failOn = "link 000012.sst a";
    calls.failure = new FileSystemException("a", "000012.sst", "Invalid cross-device link");
    store.importFile(local, "a");

    Path copy = root.resolve("a");
    assertThat(copy).hasContent("entries");
    assertThat(Files.isSameFile(local, copy)).isFalse();
    assertThat(store.list("")).containsExactly("000012.sst", "a");
    assertThatThrownBy(() -> store.importFile(local, "a"))
        .isInstanceOf(FileAlreadyExistsException.class);

    calls.failOn = "link a back";
    Path back = root.resolve("back");
    store.exportFile("a", back);
    assertThat(back).hasContent("entries");
    assertThat(Files.isSameFile(back, copy)).isFalse();
  }

  /** Does the calls, writes them down, and fails where it is told to. */
  private static final class RecordingCalls implements FileCalls {
    private final Path root;
    private final FileCalls real = FileCalls.real();
    private final List<String> seen = new ArrayList<>();
    private String failOn = "";
    private IOException failure = new IOException("Input/output error");

    private RecordingCalls(Path root) {
      this.root = root;
    }

    private void see(String call) throws IOException {
      if (call.equals(failOn)) {
        throw failure;
      }
      seen.add(call);
    }

    private String name(Path path) {
      String name = root.relativize(path).toString();
      return name.isEmpty() ? "." : name.endsWith(".tmp") ? "tmp" : name;
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
      see("create directory " + name(directory));
      real.createDirectory(directory);
    }

    @Override
    public Path createTemporary(Path directory, String prefix, String suffix) throws IOException {
      see("temporary in " + name(directory));
      return real.createTemporary(directory, prefix, suffix);
    }

    @Override
    public OpenFile open(Path file) throws IOException {
      see("open " + name(file));
      OpenFile open = real.open(file);
      return new OpenFile() {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          see("write " + name(file));
          open.write(bytes, offset, length);
        }

        @Override
        public void sync() throws IOException {
          see("sync " + name(file));
          open.sync();
        }

        @Override
        public void close() throws IOException {
          see("close " + name(file));
          open.close();
        }
      };
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      see("rename " + name(from) + " " + name(to));
      real.rename(from, to);
    }

    @Override
    public void link(Path file, Path name) throws IOException {
      see("link " + name(file) + " " + name(name));
      real.link(file, name);
    }

    @Override
    public void syncFile(Path file) throws IOException {
      see("sync file " + name(file));
      real.syncFile(file);
    }

    @Override
    public void delete(Path file) throws IOException {
      see("delete " + name(file));
      real.delete(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
      see("sync directory " + name(directory));
      real.syncDirectory(directory);
    }
  }
}
