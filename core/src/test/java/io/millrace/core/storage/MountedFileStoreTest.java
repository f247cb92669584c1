package io.millrace.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountedFileStoreTest {
  @TempDir Path directory;

  @Test
  void relativePathsAreBelowTheRootAndAbsoluteOnesAnywhere() throws Exception {
    Path root = directory.resolve("checkpoints");
    MountedFileStore store = new MountedFileStore(root);
    String elsewhere = directory.resolve("savepoints").toString();
    write(store, "job/chk-1/_metadata");
    write(store, elsewhere + "/savepoint-1/_metadata");

    assertThat(root.resolve("job/chk-1/_metadata")).hasContent("x");
    assertThat(Path.of(elsewhere, "savepoint-1/_metadata")).hasContent("x");
    assertThat(store.list("job")).containsExactly("job/chk-1/_metadata");
    assertThat(store.list(elsewhere)).containsExactly(elsewhere + "/savepoint-1/_metadata");
    try (var in = store.open(elsewhere + "/savepoint-1/_metadata")) {
      assertThat(in.readAllBytes()).containsExactly('x');
    }
    assertThat(store.exists(elsewhere + "/savepoint-1/_metadata")).isTrue();
    assertThat(store.delete(elsewhere)).isTrue();
    assertThat(Files.exists(Path.of(elsewhere))).isFalse();
    assertThat(store.location()).contains("checkpoints");
  }

  private static void write(FileStore store, String path) throws IOException {
    try (FileStore.PendingFile file = store.create(path)) {
      file.stream().write("x".getBytes(StandardCharsets.UTF_8));
      file.commit();
    }
  }
}
