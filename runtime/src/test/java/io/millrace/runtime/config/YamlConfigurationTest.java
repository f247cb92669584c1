package io.millrace.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.MemoryOptions;
import io.millrace.core.config.MemorySize;
import io.millrace.core.config.RestOptions;
import io.millrace.core.config.TaskManagerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlConfigurationTest {
  @TempDir Path directory;

  @Test
  void readsDottedKeysAndNestedMapsAlike() throws IOException {
    Configuration configuration =
        load(
            """
            rest.port: 8081
            taskmanager:
              slots: 4
              heap: 512 MiB
            """);

    assertThat(configuration.get(RestOptions.PORT)).isEqualTo(8081);
    assertThat(configuration.get(TaskManagerOptions.SLOTS)).isEqualTo(4);
    assertThat(configuration.get(MemoryOptions.HEAP)).contains(MemorySize.ofMebibytes(512));
  }

  @Test
  void takesAnEmptyFileForNoSettings() throws IOException {
    assertThat(load("# nothing\n")).isEqualTo(Configuration.empty());
  }

  @Test
  void namesFileAndNearestKey() {
    assertThatThrownBy(() -> load("taskmanager: {slot: 2}"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("millrace.yaml")
        .hasMessageEndingWith("did you mean 'taskmanager.slots'?");
  }

  @Test
  void refusesAKeyThatIsSetTwice() {
    assertThatThrownBy(() -> load("rest.port: 1\nrest: {port: 2}"))
        .hasMessageContaining("'rest.port' is set twice");
    assertThatThrownBy(() -> load("rest.port: 1\nrest.port: 2"))
        .hasMessageContaining("Duplicate field 'rest.port'");
  }

  @Test
  void refusesWhatIsNoMap() {
    assertThatThrownBy(() -> load("just text")).hasMessageContaining("The file must be keys");
    assertThatThrownBy(() -> load("rest.port: [1, 2]"))
        .hasMessageContaining("Option 'rest.port' must be");
  }

  @Test
  void namesTheLineOfBrokenYaml() {
    assertThatThrownBy(() -> load("rest.port: 1\nrest.host: \"x\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("as YAML: line ");
  }

  @Test
  void findsTheFileThroughTheEnvironmentAndLetsTheCommandWin() throws IOException {
    Files.writeString(directory.resolve("millrace.yaml"), "rest: {port: 1, threads: 3}");
    Map<String, String> environment = Map.of("MILLRACE_CONF_DIR", directory.toString());

    Configuration configuration = YamlConfiguration.effective(environment, List.of("rest.port=2"));

    assertThat(configuration.get(RestOptions.PORT)).isEqualTo(2);
    assertThat(configuration.get(RestOptions.THREADS)).isEqualTo(3);
  }

  @Test
  void wantsTheFileOfANamedDirectoryButNotThatOfTheInstallation() {
    assertThatThrownBy(
            () ->
                YamlConfiguration.effective(
                    Map.of("MILLRACE_CONF_DIR", directory.toString()), List.of()))
        .hasMessageContaining("There is no configuration file " + directory);
    assertThat(
            YamlConfiguration.effective(Map.of("MILLRACE_HOME", directory.toString()), List.of()))
        .isEqualTo(Configuration.empty());
  }

  @Test
  void refusesAnOverrideWithoutValue() {
    assertThatThrownBy(() -> YamlConfiguration.overrides(List.of("rest.port")))
        .hasMessage("-D wants key=value, not 'rest.port'");
  }

  private Configuration load(String yaml) throws IOException {
    return YamlConfiguration.load(Files.writeString(directory.resolve("millrace.yaml"), yaml));
  }
}
