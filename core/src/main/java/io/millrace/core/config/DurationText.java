package io.millrace.core.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 500 ms}, {@code 10 s}, {@code 5 min}, {@code 1 h}. */
public final class DurationText {
  private static final Pattern TEXT = Pattern.compile("(\\d+)\\s*([a-z]+)");

  private DurationText() {}

  /**
   * Reads a duration with its unit, or ISO-8601 ({@code PT10S}). A bare number is refused, but for
   * zero: nobody can tell its unit.
   *
   * @throws IllegalArgumentException if it is none, saying what one looks like
   */
  public static Duration parse(String text) {
    String stripped = text.strip().toLowerCase(Locale.ROOT);
    if (stripped.equals("0")) {
      return Duration.ZERO;
    }
    Matcher matcher = TEXT.matcher(stripped);
    try {
      if (matcher.matches()) {
        long amount = Long.parseLong(matcher.group(1));
        switch (matcher.group(2)) {
          case "ns", "nanos":
            return Duration.ofNanos(amount);
          case "us", "micros":
            return Duration.ofNanos(Math.multiplyExact(amount, 1_000L));
          case "ms", "milli", "millis":
            return Duration.ofMillis(amount);
          case "s", "sec", "second", "seconds":
            return Duration.ofSeconds(amount);
          case "m", "min", "minute", "minutes":
            return Duration.ofMinutes(amount);
          case "h", "hour", "hours":
            return Duration.ofHours(amount);
          case "d", "day", "days":
            return Duration.ofDays(amount);
          default:
            // Told below.
        }
      } else if (stripped.startsWith("p")) {
        Duration duration = Duration.parse(stripped);
        if (!duration.isNegative()) {
          return duration;
        }
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("is too long for a duration", e);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(expected(), e);
    }
    throw new IllegalArgumentException(expected());
  }

  private static String expected() {
    return "is not a duration, such as 500 ms, 10 s, 5 min or 1 h";
  }

  /** The shortest exact text that {@link #parse} reads back. */
  public static String format(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos == 0) {
      return "0 s";
    }
    Object[][] units = {
      {Duration.ofDays(1), "d"},
      {Duration.ofHours(1), "h"},
      {Duration.ofMinutes(1), "min"},
      {Duration.ofSeconds(1), "s"},
      {Duration.ofMillis(1), "ms"},
      {Duration.ofNanos(1_000), "us"}
    };
    for (Object[] unit : units) {
      long size = ((Duration) unit[0]).toNanos();
      if (nanos % size == 0) {
        return nanos / size + " " + unit[1];
      }
    }
    return nanos + " ns";
  }
}
