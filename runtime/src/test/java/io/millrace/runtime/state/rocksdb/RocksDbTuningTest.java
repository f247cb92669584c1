package io.millrace.runtime.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.StateOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RocksDbTuningTest {
  @TempDir Path directory;

  private static Configuration configuration(String profile, String options) {
    return Configuration.empty()
        .with(StateOptions.PROFILE, profile)
        .with(StateOptions.ROCKSDB_OPTIONS, options);
  }

  /** What a database says it was opened with. */
  private List<String> opened(String profile, String options) throws IOException {
    RocksDbSettings settings = RocksDbSettings.of(configuration(profile, options));
    settings.tuning().check();
    try (RocksDbEnvironment environment = new RocksDbEnvironment(directory, settings)) {
      Database database = environment.open("op");
      try (Stream<Path> files = Files.walk(directory)) {
        Path file =
            files.filter(f -> f.getFileName().toString().startsWith("OPTIONS-")).findAny().get();
        return Files.readAllLines(file).stream().map(String::strip).toList();
      } finally {
        database.close();
      }
    }
  }

  @Test
  void profilesDiffer() throws IOException {
    assertThat(opened("ssd", ""))
        .contains("compression=kLZ4Compression", "block_size=8192", "block_restart_interval=16");
    assertThat(opened("spinning", ""))
        .contains(
            "compression=kLZ4Compression",
            "block_size=32768",
            "metadata_block_size=65536",
            "target_file_size_base=268435456",
            "bytes_per_sync=4194304");
    assertThat(opened("memory", ""))
        .contains("compression=kNoCompression", "block_size=8192", "block_restart_interval=8");
  }

  @Test
  void allProfilesKeepToTheMemoryOfTheProcess() throws IOException {
    for (String profile : List.of("ssd", "spinning", "memory")) {
      assertThat(opened(profile, ""))
          .as(profile)
          .contains(
              "cache_index_and_filter_blocks=true",
              "partition_filters=true",
              "index_type=kTwoLevelIndexSearch",
              "write_buffer_size=16777216",
              "max_open_files=256",
              "allow_concurrent_memtable_write=false");
    }
  }

  @Test
  void rawOptionsWinOverTheProfile() throws IOException {
    assertThat(
            opened(
                "spinning",
                "max_background_jobs=5; compression=kZSTD; target_file_size_base=1048576;"
                    + " compression_opts={level=7}; write_buffer_size=2097152;"
                    + " block_based_table_factory={block_size=16384; format_version=6}"))
        .contains(
            "max_background_jobs=5",
            "compression=kZSTD",
            "target_file_size_base=1048576",
            "write_buffer_size=2097152",
            "block_size=16384",
            "format_version=6",
            // Of the profile and of all.
            "metadata_block_size=65536",
            "bytes_per_sync=4194304",
            "cache_index_and_filter_blocks=true")
        .anyMatch(line -> line.startsWith("compression_opts=") && line.contains("level=7"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_background_jbos=4 | max_background_jbos=4",
        "max_background_jobs=many | max_background_jobs=many",
        "max_background_jobs=4;compression=kLZ5 | compression=kLZ5",
        "compression_opts={levl=3} | compression_opts",
      })
  void refusesWhatRocksDbCannotReadByName(String options, String named) {
    RocksDbTuning tuning = RocksDbTuning.of(configuration("ssd", options));
    assertThatThrownBy(tuning::check)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("state.rocksdb.options: '" + named)
        .hasMessageContaining("RocksDB has no option of that name, or it can't have that value");
  }

  @Test
  void leavesNothingOfADatabaseThatCannotBeSetUp() throws IOException {
    RocksDbSettings settings = RocksDbSettings.of(configuration("ssd", "max_open_flies=1"));
    try (RocksDbEnvironment environment = new RocksDbEnvironment(directory, settings)) {
      assertThatThrownBy(() -> environment.open("op"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("max_open_flies");
    }
    assertThat(directory).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "block_size=4k | block_size=4k | it can't have that value",
        "block_sise=4096 | block_sise | it can't be set for tables; those that can are block_",
        "block_size=many | block_size=many | it can't have that value",
        "block_align=perhaps | block_align=perhaps | it can't have that value",
        "block_cache=8M | block_cache | it can't be set for tables",
      })
  void refusesOptionsOfTablesByName(String option, String named, String reason) {
    RocksDbTuning tuning =
        RocksDbTuning.of(configuration("ssd", "block_based_table_factory={" + option + "}"));
    assertThatThrownBy(tuning::check)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("state.rocksdb.options: '" + named + "': " + reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_background_jobs | an option is name=value",
        "=4 | an option is name=value",
        "max_background_jobs= | an option is name=value",
        "compression_opts={level=3 | a { is not closed",
        "compression_opts=level=3} | a } closes nothing",
        "max_open_files=1;max_open_files=2 | it is there twice",
        "comparator=leveldb.BytewiseComparator | the engine depends on the order of keys",
        "db_write_buffer_size=1000 | the memory of all databases is set by state.rocksdb.write-buffers",
        "enable_blob_files=true | checkpoints could not read what it writes",
        "compaction_style=kCompactionStyleFIFO | it deletes the oldest state",
        "wal_dir=/tmp | databases are in taskmanager.work-directory",
      })
  void refusesWhatIsMalformedOrTheEnginesOwnWithoutAskingRocksDb(String options, String reason) {
    Configuration configuration = configuration("ssd", options);
    assertThatThrownBy(() -> RocksDbTuning.of(configuration))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("state.rocksdb.options: '")
        .hasMessageContaining(reason);
  }

  @Test
  void refusesAProfileThatThereIsNot() {
    assertThatThrownBy(() -> configuration("floppy", ""))
        .hasMessageContaining("'floppy' is none of ssd, spinning and memory");
  }
}
