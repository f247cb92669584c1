package io.millrace.core.config;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * One typed option.
 *
 * @param key dotted name in the configuration file
 * @param type how people call the kind of value: duration, memory size, integer, boolean, string,
 *     port
 * @param parser turns the text into the value; throws {@link IllegalArgumentException} saying what
 *     is wrong with it, to be read after the value: "is not a port"
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

  /** Whether its value must not be shown: the last part of the key says so. */
  public boolean isSecret() {
    String last = key.substring(key.lastIndexOf('.') + 1);
    return last.matches("(.*-)?(password|secret|token|credentials)");
  }

  public static ConfigOption<Duration> duration(
      String key, String defaultText, String description) {
    return new ConfigOption<>(key, "duration", DurationText::parse, defaultText, description);
  }

  /** A duration that may be left out: an empty text or {@code none}. */
  public static ConfigOption<Optional<Duration>> optionalDuration(String key, String description) {
    return optionalDuration(key, "none", description);
  }

  public static ConfigOption<Optional<Duration>> optionalDuration(
      String key, String defaultText, String description) {
    return new ConfigOption<>(
        key,
        "duration or none",
        text -> isNone(text) ? Optional.empty() : Optional.of(DurationText.parse(text)),
        defaultText,
        description);
  }

  public static ConfigOption<MemorySize> memory(
      String key, String defaultText, String description) {
    return new ConfigOption<>(key, "memory size", MemorySize::parse, defaultText, description);
  }

  /** A memory size that may be left out: an empty text or {@code none}. */
  public static ConfigOption<Optional<MemorySize>> optionalMemory(String key, String description) {
    return new ConfigOption<>(
        key,
        "memory size or none",
        text -> isNone(text) ? Optional.empty() : Optional.of(MemorySize.parse(text)),
        "none",
        description);
  }

  /** A port; 0 lets the system choose a free one. */
  public static ConfigOption<Integer> port(String key, String defaultText, String description) {
    return new ConfigOption<>(
        key,
        "port",
        text -> number(text, 0, 65_535, "is not a port: 0 (a free one) to 65535"),
        defaultText,
        description);
  }

  public static ConfigOption<Integer> integer(
      String key, int min, int max, String defaultText, String description) {
    String wrong =
        max == Integer.MAX_VALUE
            ? "is not a whole number of at least " + min
            : "is not a whole number from " + min + " to " + max;
    return new ConfigOption<>(
        key, "integer", text -> number(text, min, max, wrong), defaultText, description);
  }

  public static ConfigOption<Double> decimal(
      String key, double min, double max, String defaultText, String description) {
    return new ConfigOption<>(
        key,
        "number",
        text -> {
          String wrong = "is not a number from " + min + " to " + max;
          try {
            double value = Double.parseDouble(text.strip());
            if (value >= min && value <= max) {
              return value;
            }
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException(wrong, e);
          }
          throw new IllegalArgumentException(wrong);
        },
        defaultText,
        description);
  }

  public static ConfigOption<Boolean> bool(String key, boolean byDefault, String description) {
    return new ConfigOption<>(
        key,
        "boolean",
        text ->
            switch (text.strip().toLowerCase(Locale.ROOT)) {
              case "true", "yes", "on" -> true;
              case "false", "no", "off" -> false;
              default -> throw new IllegalArgumentException("is neither true nor false");
            },
        Boolean.toString(byDefault),
        description);
  }

  public static ConfigOption<String> string(String key, String defaultText, String description) {
    return new ConfigOption<>(key, "string", String::strip, defaultText, description);
  }

  /** A text that may be left out: an empty text or {@code none}. */
  public static ConfigOption<Optional<String>> optionalString(String key, String description) {
    return new ConfigOption<>(
        key,
        "string or none",
        text -> isNone(text) ? Optional.empty() : Optional.of(text.strip()),
        "none",
        description);
  }

  private static boolean isNone(String text) {
    return text.isBlank() || text.strip().equalsIgnoreCase("none");
  }

  private static int number(String text, int min, int max, String wrong) {
    try {
      int value = Integer.parseInt(text.strip());
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(wrong, e);
    }
    throw new IllegalArgumentException(wrong);
  }
}
