package io.millrace.runtime.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.millrace.core.config.Configuration;
import io.millrace.core.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads the configuration from its file and from what commands say over it. */
public final class YamlConfiguration {
  /** Name of the file in its directory. */
  public static final String FILE = "millrace.yaml";

  /** Environment variable that names the directory. */
  public static final String DIRECTORY_VARIABLE = "MILLRACE_CONF_DIR";

  private YamlConfiguration() {}

  /**
   * The file of the directory that {@code MILLRACE_CONF_DIR} names, which must then have one; else
   * {@code conf/millrace.yaml} of {@code MILLRACE_HOME} if it is there; with the overrides over it.
   *
   * @param environment of the process
   * @param overrides texts {@code key=value}
   * @throws ConfigurationException saying what is wrong and where
   */
  public static Configuration effective(Map<String, String> environment, List<String> overrides) {
    Configuration base =
        file(environment).map(YamlConfiguration::load).orElseGet(Configuration::empty);
    return base.overriddenBy(overrides(overrides));
  }

  private static Optional<Path> file(Map<String, String> environment) {
    String directory = environment.getOrDefault(DIRECTORY_VARIABLE, "");
    if (!directory.isBlank()) {
      return Optional.of(Path.of(directory, FILE));
    }
    String home = environment.getOrDefault("MILLRACE_HOME", "");
    if (home.isBlank()) {
      return Optional.empty();
    }
    return Optional.of(Path.of(home, "conf", FILE)).filter(Files::exists);
  }

  /** Reads one file: dotted keys, nested maps, or both. */
  public static Configuration load(Path file) {
    ObjectMapper mapper =
        new ObjectMapper(
            YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());
    Map<String, String> texts = new TreeMap<>();
    try {
      JsonNode root = mapper.readTree(Files.readString(file));
      if (!root.isMissingNode() && !root.isNull()) {
        flatten("", root, texts, file);
      }
    } catch (NoSuchFileException e) {
      throw new ConfigurationException(
          "There is no configuration file "
              + file
              + " ("
              + DIRECTORY_VARIABLE
              + " names its"
              + " directory)",
          e);
    } catch (JacksonException e) {
      throw new ConfigurationException(
          "Can't read "
              + file
              + " as YAML: line "
              + (e.getLocation() == null ? "?" : e.getLocation().getLineNr())
              + ": "
              + e.getOriginalMessage().lines().findFirst().orElse("unreadable"),
          e);
    } catch (IOException e) {
      throw new ConfigurationException("Can't read " + file + ": " + e.getMessage(), e);
    }
    return Configuration.of(texts, file.toString());
  }

  /** Reads {@code key=value} texts; the last one of a key wins. */
  public static Configuration overrides(List<String> texts) {
    Map<String, String> values = new TreeMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals <= 0) {
        throw new ConfigurationException("-D wants key=value, not '" + text + "'");
      }
      values.put(text.substring(0, equals).strip(), text.substring(equals + 1));
    }
    return Configuration.of(values, "-D");
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> texts, Path file) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        String key = prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey();
        flatten(key, field.getValue(), texts, file);
      }
    } else if (node.isValueNode() && !prefix.isEmpty()) {
      if (texts.put(prefix, node.isNull() ? "" : node.asText()) != null) {
        throw new ConfigurationException("Option '" + prefix + "' is set twice in " + file);
      }
    } else {
      throw new ConfigurationException(
          (prefix.isEmpty() ? "The file" : "Option '" + prefix + "'")
              + " must be keys and single values, not a list or text (from "
              + file
              + ")");
    }
  }
}
