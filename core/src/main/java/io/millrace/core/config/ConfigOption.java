package io.millrace.core.config;

import java.util.Objects;
import java.util.function.Function;

/**
 * One typed option.
 *
 * @param key dotted name in the configuration file
 * @param type how people call the kind of value: duration, memory size, integer, boolean, string,
 *     port
 * @param parser turns the text into the value; throws {@link IllegalArgumentException} saying what
 *     it wants
 * @param defaultText the default, as it would be written
 * @param description what it does, a sentence
 */
public record ConfigOption<T>(
    String key, String type, Function<String, T> parser, String defaultText, String description) {
  public ConfigOption {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(parser, "parser");
    Objects.requireNonNull(description, "description");
  }

  public T defaultValue() {
    return parser.apply(defaultText);
  }
}
