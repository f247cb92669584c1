package io.millrace.runtime.state.rocksdb;

import io.millrace.core.config.ConfigurationException;
import io.millrace.core.config.StateOptions;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** RocksDB's form of options: {@code name=value;name={name=value;name=value}}. */
final class OptionsText {
  private OptionsText() {}

  /**
   * The options by name; values in braces are without the outermost ones.
   *
   * @throws ConfigurationException if the text has another form
   */
  static SortedMap<String, String> parse(String text) {
    SortedMap<String, String> options = new TreeMap<>();
    int start = 0;
    int depth = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : ';';
      if (c == '{') {
        depth++;
      } else if (c == '}') {
        depth--;
        if (depth < 0) {
          throw malformed(text, "a } closes nothing");
        }
      } else if (c == ';' && (depth == 0 || i == text.length())) {
        if (depth > 0) {
          throw malformed(text, "a { is not closed");
        }
        add(text.substring(start, i).strip(), options);
        start = i + 1;
      }
    }
    return Collections.unmodifiableSortedMap(options);
  }

  private static void add(String option, SortedMap<String, String> options) {
    if (option.isEmpty()) {
      return;
    }
    int equals = option.indexOf('=');
    String name = option.substring(0, Math.max(0, equals)).strip();
    String value = option.substring(equals + 1).strip();
    if (name.isEmpty() || value.isEmpty()) {
      throw malformed(option, "an option is name=value");
    }
    if (value.startsWith("{") && value.endsWith("}")) {
      value = value.substring(1, value.length() - 1).strip();
    }
    if (options.put(name, value) != null) {
      throw malformed(option, "it is there twice");
    }
  }

  static ConfigurationException malformed(String text, String what) {
    return new ConfigurationException(
        StateOptions.ROCKSDB_OPTIONS.key() + ": '" + text + "': " + what);
  }
}
