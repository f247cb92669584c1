package io.millrace.core.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes {@code docs/configuration.md} from the options themselves. */
public final class ConfigurationReference {
  private static final String HEAD =
      """
      # Configuration

      <!-- Made from the options by io.millrace.core.config.ConfigurationReference; don't edit. -->

      Processes and commands read `millrace.yaml` from the directory that the environment variable
      `MILLRACE_CONF_DIR` names, else from `conf` of the installation, if it is there. Keys are dotted
      (`rest.port: 8081`) or nested (`rest: {port: 8081}`). `-D key=value` on a command wins over the
      file. An unknown key is an error that names the nearest known one; so is a value of the wrong
      type. Every process prints what it runs with at its start, secrets masked.

      Durations have a unit (`500 ms`, `10 s`, `5 min`, `1 h`); so do memory sizes (`64 KiB`,
      `512 MiB`, `2 GiB`; units are binary, a bare number is bytes).
      """;

  private ConfigurationReference() {}

  /**
   * @param args the file to write
   */
  public static void main(String[] args) throws IOException {
    Files.writeString(Path.of(args[0]), markdown(MillraceOptions.groups()));
  }

  static String markdown(List<OptionGroup> groups) {
    StringBuilder page = new StringBuilder(HEAD);
    for (OptionGroup group : groups) {
      page.append("\n## ").append(group.title()).append("\n\n").append(group.description());
      page.append("\n\n| key | type | default | |\n| --- | --- | --- | --- |\n");
      for (ConfigOption<?> option : group.options()) {
        String byDefault = option.defaultText();
        page.append("| `").append(option.key()).append("` | ").append(option.type()).append(" | ");
        page.append(byDefault.isEmpty() ? "" : "`" + byDefault + "`").append(" | ");
        page.append(option.description().replace("|", "\\|")).append(" |\n");
      }
    }
    return page.toString();
  }
}
