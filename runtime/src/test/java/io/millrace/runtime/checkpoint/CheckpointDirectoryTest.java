package io.millrace.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.config.CheckpointOptions;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.storage.FileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointDirectoryTest {
  @TempDir Path directory;

  private static Configuration at(String location) {
    return Configuration.empty().with(CheckpointOptions.DIRECTORY, location);
  }

  @Test
  void aDirectoryIsMade() throws IOException {
    Path path = directory.resolve("a/b");
    FileStore store = CheckpointDirectory.open(at(path.toString()));
    assertThat(path).isDirectory();
    assertThat(store.location()).isEqualTo(path.toString());
  }

  @Test
  void whatCanNotBeUsedIsToldWithTheOption() throws IOException {
    assertThatThrownBy(() -> CheckpointDirectory.open(Configuration.empty()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("checkpoint.directory must be set");
    Path file = Files.writeString(directory.resolve("file"), "");
    for (String location : new String[] {file + "/below", "s3://bucket/dir", "s3://"}) {
      assertThatThrownBy(() -> CheckpointDirectory.open(at(location)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("checkpoint.directory " + location + " can't be used");
    }
  }
}
