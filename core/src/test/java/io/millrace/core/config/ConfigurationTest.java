package io.millrace.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
  @Test
  void givesDefaultsForWhatWasNotSet() {
    assertThat(Configuration.empty().get(RestOptions.PORT)).isZero();
    assertThat(Configuration.empty().get(CheckpointOptions.INTERVAL)).isEmpty();
    assertThat(Configuration.empty().find(RestOptions.PORT)).isEmpty();
  }

  @Test
  void givesWhatWasSetWithItsType() {
    Configuration configuration =
        Configuration.of(
            Map.of(
                "rest.port", "8081",
                "checkpoint.interval", "10 s",
                "taskmanager.heap", "2g",
                "rest.allow-remote", "yes"),
            "a test");

    assertThat(configuration.get(RestOptions.PORT)).isEqualTo(8081);
    assertThat(configuration.get(CheckpointOptions.INTERVAL)).contains(Duration.ofSeconds(10));
    assertThat(configuration.get(MemoryOptions.HEAP)).contains(new MemorySize(2L << 30));
    assertThat(configuration.get(RestOptions.ALLOW_REMOTE)).isTrue();
    assertThat(configuration.isSet(RestOptions.HOST)).isFalse();
  }

  @Test
  void refusesAnUnknownKeyAndNamesTheNearest() {
    assertThatThrownBy(() -> Configuration.of(Map.of("rest.prot", "1"), "millrace.yaml"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "There is no option 'rest.prot' (from millrace.yaml); did you mean 'rest.port'?");
  }

  @Test
  void refusesAnUnknownKeyThatIsLikeNothing() {
    assertThatThrownBy(() -> Configuration.of(Map.of("zzzzzz", "1"), "-D"))
        .hasMessage(
            "There is no option 'zzzzzz' (from -D); docs/configuration.md lists all options");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rest.port | 70000 | is not a port",
        "rest.port | http | is not a port",
        "checkpoint.interval | 10 | is not a duration",
        "checkpoint.timeout | 3 parsecs | is not a duration",
        "checkpoint.timeout | 99999999999999999999 s | is too long",
        "taskmanager.heap | -1 | is not a memory size",
        "taskmanager.heap | 99999999999 TiB | is too large",
        "taskmanager.slots | 0 | is not a whole number from 1 to 1024",
        "rest.allow-remote | perhaps | is neither true nor false",
        "restart.jitter | 2 | is not a number from 0.0 to 1.0"
      })
  void refusesAValueOfTheWrongType(String key, String text, String message) {
    assertThatThrownBy(() -> Configuration.of(Map.of(key, text), "millrace.yaml"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("Option " + key)
        .hasMessageContaining("'" + text + "' " + message)
        .hasMessageEndingWith("(from millrace.yaml)");
  }

  @Test
  void laterSettingsWin() {
    Configuration file = Configuration.of(Map.of("rest.port", "1", "rest.threads", "2"), "a");
    Configuration command = Configuration.of(Map.of("rest.port", "3"), "b");

    Configuration merged = file.overriddenBy(command);

    assertThat(merged.get(RestOptions.PORT)).isEqualTo(3);
    assertThat(merged.get(RestOptions.THREADS)).isEqualTo(2);
    assertThat(file.get(RestOptions.PORT)).isEqualTo(1);
    assertThat(merged.with(RestOptions.PORT, "4").get(RestOptions.PORT)).isEqualTo(4);
  }

  @Test
  void showsEveryOptionButNoSecret() {
    Configuration configuration =
        Configuration.of(Map.of("rest.token", "hunter2", "rest.port", "8081"), "a test");

    List<String> lines = configuration.describe(MillraceOptions.groups());

    assertThat(lines)
        .contains("rest.token = ******", "rest.port = 8081", "rest.host = 127.0.0.1 (default)")
        .noneMatch(line -> line.contains("hunter2"));
    assertThat(configuration.toString()).doesNotContain("hunter2");
  }

  @ParameterizedTest
  @CsvSource({
    "500 ms,PT0.5S",
    "10s,PT10S",
    "5 min,PT5M",
    "1 h,PT1H",
    "2 days,PT48H",
    "0,PT0S",
    "PT3S,PT3S",
    "7 us,PT0.000007S"
  })
  void readsDurations(String text, Duration duration) {
    assertThat(DurationText.parse(text)).isEqualTo(duration);
    assertThat(DurationText.parse(DurationText.format(duration))).isEqualTo(duration);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0 b",
    "4096,4 KiB",
    "1536 kb,1536 KiB",
    "512 MiB,512 MiB",
    "2g,2 GiB",
    "1025,1025 b"
  })
  void readsMemorySizes(String text, String shown) {
    assertThat(MemorySize.parse(text)).hasToString(shown);
    assertThat(MemorySize.parse(shown)).isEqualTo(MemorySize.parse(text));
  }

  @Test
  void countsEditsWithSwappedNeighboursAsOne() {
    assertThat(NearestName.distance("prot", "port")).isEqualTo(1);
    assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(NearestName.of("cancle", List.of("cancel", "run"))).contains("cancel");
    assertThat(NearestName.of("xyz", List.of("cancel", "run"))).isEmpty();
  }
}
