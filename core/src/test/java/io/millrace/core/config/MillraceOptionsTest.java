package io.millrace.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MillraceOptionsTest {
  private static final List<Class<?>> HOLDERS =
      List.of(
          ExecutionOptions.class,
          CheckpointOptions.class,
          S3Options.class,
          StateOptions.class,
          RestartOptions.class,
          MemoryOptions.class,
          RestOptions.class,
          JobManagerOptions.class,
          TaskManagerOptions.class,
          ProcessOptions.class);

  @Test
  void listsEveryOptionOfEveryHolder() throws IllegalAccessException {
    List<Object> declared = new ArrayList<>();
    for (Class<?> holder : HOLDERS) {
      for (Field field : holder.getFields()) {
        declared.add(field.get(null));
      }
    }

    assertThat(MillraceOptions.groups().stream().flatMap(g -> g.options().stream()).toList())
        .containsExactlyInAnyOrderElementsOf(
            declared.stream().map(o -> (ConfigOption<?>) o).toList());
  }

  @Test
  void hasDefaultsThatParseAndDescriptionsThatAreSentences() {
    for (OptionGroup group : MillraceOptions.groups()) {
      for (ConfigOption<?> option : group.options()) {
        assertThat(option.defaultValue()).as(option.key()).isNotNull();
        assertThat(option.description()).as(option.key()).endsWith(".");
        assertThat(option.key()).matches("[a-z][a-z0-9]*(\\.[a-z-]+)+");
      }
    }
  }

  @Test
  void documentationIsWhatTheOptionsSay() throws Exception {
    Path page = Path.of("..", "docs", "configuration.md");
    assertThat(Files.readString(page))
        .as(
            "docs/configuration.md is stale; make it anew: java -cp core/target/classes "
                + "io.millrace.core.config.ConfigurationReference docs/configuration.md")
        .isEqualTo(ConfigurationReference.markdown(MillraceOptions.groups()));
  }
}
