package io.millrace.runtime.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.types.BinaryWriter;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShareTest {
  @TempDir Path directory;
  private RocksDbEnvironment environment;
  private Database database;
  private DirtyBatch batch;
  private Share share;

  @BeforeEach
  void open() throws IOException {
    environment =
        new RocksDbEnvironment(
            directory, new RocksDbSettings(1 << 20, 8 << 20, 4 << 20, 100, 16, 0, true));
    database = environment.open("op");
    batch = new DirtyBatch(database);
    share = new Share(batch);
    share.begin(3);
  }

  @AfterEach
  void close() {
    database.close();
    environment.close();
  }

  private void put(int bytes) {
    BinaryWriter key = new BinaryWriter();
    key.writeLong(bytes);
    BinaryWriter value = new BinaryWriter();
    value.writeBytes(new byte[bytes], 0, bytes);
    batch.put(key, 4, value);
  }

  @Test
  void isSpentByEntries() {
    share.tookEntry();
    share.tookEntry();
    assertThat(share.entries()).isEqualTo(1);
    assertThat(share.isSpent()).isFalse();
    share.tookEntry();
    assertThat(share.isSpent()).isTrue();
    share.begin(1);
    assertThat(share.isSpent()).isFalse();
  }

  @Test
  void isSpentByBytes() {
    put(200_000);
    assertThat(share.isSpent()).isFalse();
    put(200_000);
    assertThat(share.entries()).isZero();
    assertThat(share.isSpent()).isTrue();
    share.begin(1);
    put(1_000);
    assertThat(share.isSpent()).isFalse();
  }

  @Test
  void isSpentByLooking() {
    share.looked(100_000);
    assertThat(share.isImpatient()).isTrue();
    assertThat(share.isSpent()).isFalse();
    share.looked(100_000);
    assertThat(share.isSpent()).isTrue();
    assertThat(share.entries()).isEqualTo(3);
    share.begin(1);
    assertThat(share.isImpatient()).isFalse();
  }
}
