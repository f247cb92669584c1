package io.millrace.filestore.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.S3Options;
import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.FileStores;
import io.millrace.core.storage.StoredFile;
import io.millrace.testing.s3.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the engine relies on, of local directories and of a real server of the S3 protocol. */
class FileStoreContractTest {
  private static S3Server server;
  private static int stores;
  @TempDir Path directory;

  enum Kind {
    LOCAL,
    S3,
    /** The whole bucket, with no directory. */
    S3_BUCKET
  }

  @BeforeAll
  static void start() throws IOException {
    server = S3Server.start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  static Configuration configuration(S3Server server) throws IOException {
    return Configuration.empty()
        .with(S3Options.ENDPOINT, server.endpoint())
        .with(S3Options.PATH_STYLE, "true")
        .with(S3Options.CREDENTIALS_FILE, server.credentialsFile().toString())
        .with(S3Options.PART_SIZE, "5 MiB");
  }

  private FileStore open(Kind kind) throws IOException {
    String bucket = "bucket-" + ++stores;
    server.createBucket(bucket);
    return FileStores.of(configuration(server))
        .open(
            switch (kind) {
              case LOCAL -> directory.resolve("store").toString();
              case S3 -> "s3://" + bucket + "/check/points/";
              case S3_BUCKET -> "s3://" + bucket;
            });
  }

  @ParameterizedTest
  @EnumSource
  void aFileIsThereWhenItIsWholeAndNotBefore(Kind kind) throws IOException {
    FileStore store = open(kind);
    try (FileStore.PendingFile file = store.create("job/chk-1/a")) {
      file.stream().write("abc".getBytes(UTF_8));
      file.stream().flush();
      assertThat(store.exists("job/chk-1/a")).isFalse();
      assertThat(store.list("")).isEmpty();
      file.commit();
      assertThat(content(store, "job/chk-1/a")).isEqualTo("abc");
      assertThatThrownBy(file::commit).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> file.stream().write(1)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(store.exists("job/chk-1/a")).isTrue();
    assertThat(store.exists("job/chk-1/b")).isFalse();
    write(store, "job/chk-1/a", "second");
    assertThat(content(store, "job/chk-1/a")).isEqualTo("second");
    write(store, "empty", "");
    assertThat(content(store, "empty")).isEmpty();
    try (FileStore.PendingFile file = store.create("job/chk-1/never")) {
      file.stream().write(1);
    }
    assertThat(store.exists("job/chk-1/never")).isFalse();
    assertThat(store.unfinished("")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anExclusiveCommitChangesNothingIfTheNameIsTaken(Kind kind) throws IOException {
    FileStore store = open(kind);
    for (boolean first : new boolean[] {true, false}) {
      try (FileStore.PendingFile file = store.create("f")) {
        file.stream().write(first ? 'a' : 'b');
        assertThat(file.commitIfAbsent()).isEqualTo(first);
      }
      // The same with a file of several parts.
      try (FileStore.PendingFile file = store.create("large")) {
        file.stream().write(new byte[6 << 20]);
        file.stream().write(first ? 'a' : 'b');
        assertThat(file.commitIfAbsent()).isEqualTo(first);
      }
    }
    assertThat(content(store, "f")).isEqualTo("a");
    assertThat(content(store, "large")).endsWith("a");
    assertThat(store.unfinished("")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void largeFilesComeBackAsTheyWere(Kind kind) throws IOException {
    FileStore store = open(kind);
    byte[] bytes = new byte[(12 << 20) + 17];
    new Random(1).nextBytes(bytes);
    for (int size : new int[] {(5 << 20) - 1, 5 << 20, (5 << 20) + 1, 10 << 20, bytes.length}) {
      Path local = directory.resolve("local");
      try (FileStore.PendingFile file = store.create("large")) {
        file.stream().write(bytes, 0, size / 3);
        file.stream().write(bytes, size / 3, size - size / 3);
        file.commit();
      }
      store.exportFile("large", local);
      assertThat(Files.mismatch(local, Files.write(directory.resolve("e"), part(bytes, size))))
          .isEqualTo(-1);
      assertThat(store.describe("").get(0).bytes()).isEqualTo(size);
      Files.delete(local);
    }
    try (InputStream in = store.open("large")) {
      in.skipNBytes(bytes.length - 3);
      assertThat(in.readNBytes(9)).isEqualTo(new byte[] {b(bytes, 3), b(bytes, 2), b(bytes, 1)});
      assertThat(in.read()).isEqualTo(-1);
    }
    try (InputStream in = store.open("large")) {
      assertThat(in.skip(100L << 20)).isLessThanOrEqualTo(100L << 20);
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  private static byte b(byte[] bytes, int fromEnd) {
    return bytes[bytes.length - fromEnd];
  }

  private static byte[] part(byte[] bytes, int size) {
    return Arrays.copyOf(bytes, size);
  }

  @ParameterizedTest
  @EnumSource
  void localFilesAreImportedUnderNewNamesOnly(Kind kind) throws IOException {
    FileStore store = open(kind);
    Path local = Files.write(directory.resolve("000012.sst"), new byte[6 << 20]);
    store.importFile(local, "job/shared/7-0-000012.sst");
    assertThatThrownBy(() -> store.importFile(local, "job/shared/7-0-000012.sst"))
        .isInstanceOf(FileAlreadyExistsException.class);
    Path back = directory.resolve("back");
    store.exportFile("job/shared/7-0-000012.sst", back);
    assertThat(Files.mismatch(local, back)).isEqualTo(-1);
    assertThatThrownBy(() -> store.exportFile("job/shared/x", directory.resolve("x")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> store.open("job/shared/x")).isInstanceOf(NoSuchFileException.class);
  }

  @ParameterizedTest
  @EnumSource
  void listsAndDeletesDirectoriesAndNotWhatOnlyBeginsLikeThem(Kind kind) throws IOException {
    FileStore store = open(kind);
    for (String path : List.of("a/2", "a/b/1", "a/b-c", "a-b/3", "ab", "c/chk-1/x", "c/chk-10/x")) {
      write(store, path, path);
    }
    assertThat(store.list("a")).containsExactly("a/2", "a/b-c", "a/b/1");
    assertThat(store.list("nowhere")).isEmpty();
    StoredFile described = store.describe("a/b").get(0);
    assertThat(described.path()).isEqualTo("a/b/1");
    assertThat(described.bytes()).isEqualTo(5);
    assertThat(described.modified())
        .isBetween(Instant.now().minusSeconds(600), Instant.now().plusSeconds(600));
    assertThat(store.delete("a")).isTrue();
    assertThat(store.delete("a")).isFalse();
    assertThat(store.delete("c/chk-1")).isTrue();
    assertThat(store.list("")).containsExactly("a-b/3", "ab", "c/chk-10/x");
    store.deleteAll(List.of("ab", "not-there", "a-b/3"));
    assertThat(store.list("")).containsExactly("c/chk-10/x");
    assertThat(store.delete("c/chk-10/x")).isTrue();
    assertThat(store.list("")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void pathsDoNotLeadOutOfTheStore(Kind kind) throws IOException {
    FileStore store = open(kind);
    assertThatThrownBy(() -> store.create("../x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("../x");
    assertThatThrownBy(() -> store.create("")).isInstanceOf(IllegalArgumentException.class);
    // As they come from a user.
    write(store, "a//b/./c", "1");
    assertThat(store.list("a/b")).containsExactly("a/b/c");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsUnfinishedIsFoundAndCanBeRemoved(Kind kind) throws IOException {
    FileStore store = open(kind);
    // As a crash leaves it: never committed and never closed.
    FileStore.PendingFile crashed = store.create("a/g");
    crashed.stream().write(new byte[6 << 20]);

    assertThat(store.list("")).isEmpty();
    assertThat(store.unfinished("b")).isEmpty();
    StoredFile left = store.unfinished("a").get(0);
    assertThat(left.path()).startsWith("a/").contains("g");
    assertThat(left.modified()).isAfter(Instant.now().minusSeconds(600));
    assertThatThrownBy(() -> store.discard(new StoredFile("a/h", 0, Instant.EPOCH)))
        .isInstanceOf(IllegalArgumentException.class);
    store.discard(left);
    assertThat(store.unfinished("")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void absolutePathsLeadToOtherStores(Kind kind) throws IOException {
    FileStore store = open(kind);
    server.createBucket("savepoints");
    for (String elsewhere :
        List.of("s3://savepoints/" + kind, directory.resolve("savepoints").toString())) {
      write(store, elsewhere + "/savepoint-1/_metadata", "x");
      assertThat(store.list("")).isEmpty();
      assertThat(store.list(elsewhere)).containsExactly(elsewhere + "/savepoint-1/_metadata");
      assertThat(content(store, elsewhere + "/savepoint-1/_metadata")).isEqualTo("x");
      store.deleteAll(List.of(elsewhere + "/savepoint-1/_metadata"));
      assertThat(store.list(elsewhere)).isEmpty();
    }
  }

  static void write(FileStore store, String path, String content) throws IOException {
    try (FileStore.PendingFile file = store.create(path)) {
      file.stream().write(content.getBytes(UTF_8));
      file.commit();
    }
  }

  static String content(FileStore store, String path) throws IOException {
    try (InputStream in = store.open(path)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
