package io.millrace.core.types;

/** Codecs of integers of every width, characters and booleans: one form, the long. */
final class IntegerKeyCodecs {
  private IntegerKeyCodecs() {}

  /** All but the conversion. */
  abstract static class IntegerKeyCodec<K> implements KeyCodec<K> {
    @Override
    public final boolean isLong() {
      return true;
    }

    @Override
    public final int hash(K key) {
      return KeyHash.ofLong(toLong(key));
    }

    @Override
    public final boolean sameKey(K left, K right) {
      return toLong(left) == toLong(right);
    }

    @Override
    public final void encode(K key, BinaryWriter out) {
      out.writeLong(toLong(key));
    }

    @Override
    public final K decode(BinaryReader in) {
      return fromLong(in.readLong());
    }
  }

  static final class OfBoolean extends IntegerKeyCodec<Boolean> {
    @Override
    public long toLong(Boolean key) {
      return key ? 1 : 0;
    }

    @Override
    public Boolean fromLong(long key) {
      return key != 0;
    }
  }

  static final class OfByte extends IntegerKeyCodec<Byte> {
    @Override
    public long toLong(Byte key) {
      return key;
    }

    @Override
    public Byte fromLong(long key) {
      return (byte) key;
    }
  }

  static final class OfShort extends IntegerKeyCodec<Short> {
    @Override
    public long toLong(Short key) {
      return key;
    }

    @Override
    public Short fromLong(long key) {
      return (short) key;
    }
  }

  static final class OfCharacter extends IntegerKeyCodec<Character> {
    @Override
    public long toLong(Character key) {
      return key;
    }

    @Override
    public Character fromLong(long key) {
      return (char) key;
    }
  }

  static final class OfInteger extends IntegerKeyCodec<Integer> {
    @Override
    public long toLong(Integer key) {
      return key;
    }

    @Override
    public Integer fromLong(long key) {
      return FreshBoxes.of((int) key);
    }
  }

  static final class OfLong extends IntegerKeyCodec<Long> {
    @Override
    public long toLong(Long key) {
      return key;
    }

    @Override
    public Long fromLong(long key) {
      return FreshBoxes.of(key);
    }
  }
}
