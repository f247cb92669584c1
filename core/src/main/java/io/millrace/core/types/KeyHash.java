package io.millrace.core.types;

/**
 * The fixed hash of key encodings; {@link #VERSION} stands in checkpoint metadata (invariant KG1).
 */
public final class KeyHash {
  /** Changes with any change of the functions below; a checkpoint of another version is refused. */
  public static final int VERSION = 1;

  /** The word of a null part. */
  private static final long NULL = 0xA0761D6478BD642FL;

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

  /**
   * Hash of a string key: a function of its length and of {@link String#hashCode}, which Java
   * specifies as a function of the characters, so that nothing need be encoded.
   */
  public static int ofString(String key) {
    return ofLong(word(key));
  }

  /** What a string adds to the hash of a compound key. */
  public static long word(String value) {
    return value == null ? NULL : (long) value.length() << 32 | (value.hashCode() & 0xffffffffL);
  }

  /** What any other nullable part adds to the hash of a compound key. */
  public static <K> long word(KeyCodec<K> codec, K value) {
    return value == null ? NULL : codec.hash(value);
  }

  /** Begins the hash of a compound key of that many parts. */
  public static long start(int parts) {
    return 0xC2B2AE3D27D4EB4FL ^ parts;
  }

  /** Folds one part in. */
  public static long fold(long state, long word) {
    long h = (state ^ word) * 0x9E3779B97F4A7C15L;
    return h ^ h >>> 32;
  }

  /** Ends the hash of a compound key. */
  public static int finish(long state) {
    long h = (state ^ state >>> 29) * 0xD6E8FEB86659FD93L;
    return (int) (h >>> 32);
  }

  /** Whether two nullable parts are the same. */
  public static <K> boolean same(KeyCodec<K> codec, K left, K right) {
    return left == null || right == null ? left == right : codec.sameKey(left, right);
  }

  /** Whether two nullable strings are the same. */
  public static boolean same(String left, String right) {
    return left == null ? right == null : left.equals(right);
  }
}
