package io.millrace.core.types;

/**
 * The fixed hash of key encodings; {@link #VERSION} stands in checkpoint metadata (invariant KG1).
 */
public final class KeyHash {
  /** Changes with any change of the functions below; a checkpoint of another version is refused. */
  public static final int VERSION = 1;

  private KeyHash() {}

  /**
   * Hash of an integer key. Fibonacci multiply, fold, multiply: the multipliers are those of
   * splitmix-style mixers.
   */
  public static int ofLong(long key) {
    long h = key * 0x9E3779B97F4A7C15L;
    h ^= h >>> 32;
    h *= 0xD6E8FEB86659FD93L;
    return (int) (h >>> 32);
  }

  /**
   * Hash of an encoded key: 64-bit words are folded in as by {@link #ofLong}, then the remaining
   * bytes and the length.
   */
  public static int ofBytes(byte[] bytes, int offset, int length) {
    long h = 0xC2B2AE3D27D4EB4FL ^ length;
    int i = offset;
    int end = offset + length;
    for (; i + 8 <= end; i += 8) {
      h = (h ^ BinaryWriter.getLong(bytes, i)) * 0x9E3779B97F4A7C15L;
      h ^= h >>> 32;
    }
    for (; i < end; i++) {
      h = (h ^ (bytes[i] & 0xff)) * 0x9E3779B97F4A7C15L;
    }
    h ^= h >>> 32;
    h *= 0xD6E8FEB86659FD93L;
    return (int) (h >>> 32);
  }
}
