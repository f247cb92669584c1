package io.millrace.core.config;

import java.util.Locale;

/** What RocksDB's databases are on, which decides how they are set up. docs/memory.md has more. */
public enum RocksDbProfile {
  /** A disk without moving parts: a seek costs little, the processor's time counts as well. */
  SSD,
  /** A disk that turns: few and large reads and writes, whatever they cost the processor. */
  SPINNING,
  /**
   * A file system in memory, or a page cache that has all of it: only the processor's time counts.
   */
  MEMORY;

  static RocksDbProfile parse(String text) {
    String name = text.strip().toUpperCase(Locale.ROOT);
    for (RocksDbProfile profile : values()) {
      if (profile.name().equals(name)) {
        return profile;
      }
    }
    throw new IllegalArgumentException("is none of ssd, spinning and memory");
  }
}
