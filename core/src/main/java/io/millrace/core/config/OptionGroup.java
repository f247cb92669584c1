package io.millrace.core.config;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Options that belong together: one section of the documentation.
 *
 * @param title of the section
 * @param description a sentence or two under the title
 */
public record OptionGroup(String title, String description, List<ConfigOption<?>> options) {
  public OptionGroup {
    options = List.copyOf(options);
  }

  static Map<String, ConfigOption<?>> byKey(List<OptionGroup> groups) {
    Map<String, ConfigOption<?>> byKey = new TreeMap<>();
    for (OptionGroup group : groups) {
      for (ConfigOption<?> option : group.options()) {
        if (byKey.put(option.key(), option) != null) {
          throw new IllegalArgumentException("Two options are called " + option.key());
        }
      }
    }
    return byKey;
  }
}
