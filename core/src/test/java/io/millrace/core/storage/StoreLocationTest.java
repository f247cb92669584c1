package io.millrace.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.config.Configuration;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreLocationTest {
  @TempDir Path directory;

  @Test
  void tellsPlacesFromPaths() {
    assertThat(StoreLocation.parse("s3://bucket/a/b/"))
        .contains(new StoreLocation("s3", "bucket", "a/b"));
    assertThat(StoreLocation.parse("s3://bucket").orElseThrow()).hasToString("s3://bucket");
    assertThat(StoreLocation.parse("/a/b")).isEmpty();
    assertThat(StoreLocation.parse("a/b")).isEmpty();
    assertThat(StoreLocation.parse("file:///a/b")).isEmpty();
    assertThatThrownBy(() -> StoreLocation.parse("s3:///a")).hasMessageContaining("s3://NAME");
  }

  @Test
  void aPlaceThatNothingHereKnowsIsRefusedWithWhatWould() throws Exception {
    FileStores stores = FileStores.of(Configuration.empty());
    assertThatThrownBy(() -> stores.open("s3://bucket/a"))
        .hasMessageContaining("s3://bucket/a")
        .hasMessageContaining("io.millrace:filestore-s3");
    FileStore local = stores.open("file://" + directory);
    assertThat(local.location()).isEqualTo(directory.toString());
    assertThatThrownBy(() -> local.create("s3://bucket/a/f"))
        .hasMessageContaining("io.millrace:filestore-s3");
  }
}
