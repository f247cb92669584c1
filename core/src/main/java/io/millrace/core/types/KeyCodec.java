package io.millrace.core.types;

/**
 * The one canonical form of a key type: hash and equality are of this encoding in every backend and
 * every process, never {@code hashCode}/{@code equals} of a user class (invariant KG1). Stateless
 * and safe for use by any thread.
 */
public interface KeyCodec<K> {
  /**
   * Whether keys are integers and travel as one {@code long} ({@link #toLong}, {@link #fromLong}).
   * Their encoding is that {@code long}, as {@link BinaryWriter#writeLong} writes it.
   */
  boolean isLong();

  /** The key as a long; only if {@link #isLong}. */
  long toLong(K key);

  /** The key of a long; only if {@link #isLong}. */
  K fromLong(long key);

  /** The hash of the canonical encoding; for long keys equal to {@link KeyHash#ofLong}. */
  int hash(K key);

  /** Whether both keys have the same canonical encoding. */
  boolean sameKey(K left, K right);

  void encode(K key, BinaryWriter out);

  K decode(BinaryReader in);

  /** Writes a part of a compound key, which may be null. */
  default void encodeNullable(K key, BinaryWriter out) {
    if (key == null) {
      out.writeByte(0);
    } else {
      out.writeByte(1);
      encode(key, out);
    }
  }

  default K decodeNullable(BinaryReader in) {
    return in.readPresence() ? decode(in) : null;
  }
}
