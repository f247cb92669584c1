package io.millrace.core.config;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was configured: an immutable map of options to texts that are known to parse. An option that
 * was not set has its default.
 */
public final class Configuration {
  private static final Configuration EMPTY = new Configuration(new TreeMap<>());
  private static final String MASK = "******";

  private final SortedMap<String, String> texts;

  private Configuration(SortedMap<String, String> texts) {
    this.texts = Collections.unmodifiableSortedMap(texts);
  }

  /** Nothing set: every option has its default. */
  public static Configuration empty() {
    return EMPTY;
  }

  /**
   * Checks every key and value against the options there are.
   *
   * @param origin where the texts are from, for messages: a file, "-D", "the environment"
   * @throws ConfigurationException if a key is unknown (with the nearest known one) or a value is
   *     not of its option's type
   */
  public static Configuration of(
      Map<String, String> texts, List<OptionGroup> known, String origin) {
    TreeMap<String, String> checked = new TreeMap<>();
    Map<String, ConfigOption<?>> options = OptionGroup.byKey(known);
    new TreeMap<>(texts)
        .forEach(
            (key, text) -> {
              ConfigOption<?> option = options.get(key);
              if (option == null) {
                throw unknown(key, options, origin);
              }
              parse(option, text, origin);
              checked.put(key, text);
            });
    return new Configuration(checked);
  }

  /** The same over {@link MillraceOptions}: all options there are. */
  public static Configuration of(Map<String, String> texts, String origin) {
    return of(texts, MillraceOptions.groups(), origin);
  }

  /** The value that was set, else the default. */
  public <T> T get(ConfigOption<T> option) {
    String text = texts.get(option.key());
    return text == null ? option.defaultValue() : option.parser().apply(text);
  }

  /** The value if it was set. */
  public <T> Optional<T> find(ConfigOption<T> option) {
    return Optional.ofNullable(texts.get(option.key())).map(option.parser());
  }

  public boolean isSet(ConfigOption<?> option) {
    return texts.containsKey(option.key());
  }

  /**
   * A copy in which an option has another value.
   *
   * @throws ConfigurationException if the text is not of the option's type
   */
  public Configuration with(ConfigOption<?> option, String text) {
    parse(option, text, "the program");
    TreeMap<String, String> changed = new TreeMap<>(texts);
    changed.put(option.key(), text);
    return new Configuration(changed);
  }

  /** A copy in which everything that {@code other} sets wins. */
  public Configuration overriddenBy(Configuration other) {
    TreeMap<String, String> merged = new TreeMap<>(texts);
    merged.putAll(other.texts);
    return new Configuration(merged);
  }

  /** What was set, by key in order; secrets included. */
  public SortedMap<String, String> texts() {
    return texts;
  }

  /**
   * All options with their values, for the log at start: one line each, what was set marked,
   * secrets masked.
   */
  public List<String> describe(List<OptionGroup> known) {
    return OptionGroup.byKey(known).values().stream()
        .map(
            option -> {
              String text = texts.getOrDefault(option.key(), option.defaultText());
              boolean hidden = option.isSecret() && isSet(option);
              return option.key()
                  + " = "
                  + (hidden ? MASK : text)
                  + (isSet(option) ? "" : " (default)");
            })
        .toList();
  }

  private static void parse(ConfigOption<?> option, String text, String origin) {
    try {
      Objects.requireNonNull(option.parser().apply(text), option.key());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "Option "
              + option.key()
              + " ("
              + option.type()
              + "): '"
              + (option.isSecret() ? MASK : text)
              + "' "
              + e.getMessage()
              + " (from "
              + origin
              + ")",
          e);
    }
  }

  private static ConfigurationException unknown(
      String key, Map<String, ConfigOption<?>> options, String origin) {
    String remedy =
        NearestName.of(key, options.keySet())
            .map(near -> "did you mean '" + near + "'?")
            .orElse("docs/configuration.md lists all options");
    return new ConfigurationException(
        "There is no option '" + key + "' (from " + origin + "); " + remedy);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Configuration that && texts.equals(that.texts);
  }

  @Override
  public int hashCode() {
    return texts.hashCode();
  }

  /** What was set, secrets masked. */
  @Override
  public String toString() {
    TreeMap<String, String> shown = new TreeMap<>();
    texts.forEach(
        (key, text) ->
            shown.put(
                key, new ConfigOption<>(key, "", String::strip, "", "").isSecret() ? MASK : text));
    return shown.toString();
  }
}
