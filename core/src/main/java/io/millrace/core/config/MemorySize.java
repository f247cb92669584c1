package io.millrace.core.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An amount of memory or storage. Units are binary: 1 KiB is 1,024 bytes, and so is 1 kb. */
public record MemorySize(long bytes) implements Comparable<MemorySize> {
  private static final Pattern TEXT =
      Pattern.compile("(\\d+)\\s*(b|k|kb|kib|m|mb|mib|g|gb|gib|t|tb|tib|)");
  private static final String[] UNITS = {"b", "KiB", "MiB", "GiB", "TiB"};

  public MemorySize {
    if (bytes < 0) {
      throw new IllegalArgumentException("A memory size is not negative: " + bytes);
    }
  }

  public static MemorySize ofMebibytes(long mebibytes) {
    return new MemorySize(Math.multiplyExact(mebibytes, 1L << 20));
  }

  /**
   * Reads a size such as {@code 512 MiB}, {@code 2g} or {@code 4096} (bytes).
   *
   * @throws IllegalArgumentException if it is none, saying what one looks like
   */
  public static MemorySize parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      String unit = matcher.group(2);
      int shift = unit.isEmpty() ? 0 : "bkmgt".indexOf(unit.charAt(0)) * 10;
      try {
        return new MemorySize(Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift));
      } catch (ArithmeticException | NumberFormatException e) {
        throw new IllegalArgumentException("is too large for a memory size", e);
      }
    }
    throw new IllegalArgumentException("is not a memory size, such as 64 KiB, 512 MiB or 2 GiB");
  }

  @Override
  public int compareTo(MemorySize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** In the largest unit that is exact. */
  @Override
  public String toString() {
    int unit = 0;
    long rest = bytes;
    while (rest != 0 && rest % 1024 == 0 && unit < UNITS.length - 1) {
      rest /= 1024;
      unit++;
    }
    return rest + " " + UNITS[unit];
  }
}
