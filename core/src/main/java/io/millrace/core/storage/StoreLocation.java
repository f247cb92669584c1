package io.millrace.core.storage;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place that is not of the local file system: {@code s3://bucket/a/directory}.
 *
 * @param scheme says who knows such places
 * @param authority what the scheme calls its whole: a bucket, a host
 * @param path below it, without slashes at its ends; may be empty
 */
public record StoreLocation(String scheme, String authority, String path) {
  private static final Pattern TEXT = Pattern.compile("([a-z][a-z0-9+.-]*)://([^/]*)/*(.*?)/*");
  private static final String LOCAL = "file";

  /**
   * Empty if the text is a path of the local file system.
   *
   * @throws IllegalArgumentException if it begins like a location and names no place
   */
  public static Optional<StoreLocation> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches() || matcher.group(1).equals(LOCAL)) {
      return Optional.empty();
    }
    if (matcher.group(2).isEmpty()) {
      throw new IllegalArgumentException(
          "'" + text + "' names no place: write it as " + matcher.group(1) + "://NAME/DIRECTORY");
    }
    return Optional.of(new StoreLocation(matcher.group(1), matcher.group(2), matcher.group(3)));
  }

  /** The path in a text that is one of the local file system, which may say so: {@code file://}. */
  public static String localPath(String text) {
    return text.startsWith(LOCAL + "://") ? text.substring(LOCAL.length() + 3) : text;
  }

  /** Whether the text says by itself where it leads, so that it may be put below nothing. */
  public static boolean isAbsolute(String text) {
    return text.startsWith("/") || text.contains("://");
  }

  /** All of the same authority. */
  public StoreLocation root() {
    return new StoreLocation(scheme, authority, "");
  }

  @Override
  public String toString() {
    return scheme + "://" + authority + (path.isEmpty() ? "" : "/" + path);
  }
}
