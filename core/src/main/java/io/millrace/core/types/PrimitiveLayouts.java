package io.millrace.core.types;

/** Flat layouts of the primitives: one word each, floating-point numbers as their raw bits. */
final class PrimitiveLayouts {
  private PrimitiveLayouts() {}

  static final class OfBoolean implements FlatLayout<Boolean> {
    @Override
    public int words() {
      return 1;
    }

    @Override
    public void store(Boolean value, long[] page, int index) {
      page[index] = value ? 1 : 0;
    }

    @Override
    public Boolean load(long[] page, int index) {
      return page[index] != 0;
    }
  }

  static final class OfByte implements FlatLayout<Byte> {
    @Override
    public int words() {
      return 1;
    }

    @Override
    public void store(Byte value, long[] page, int index) {
      page[index] = value;
    }

    @Override
    public Byte load(long[] page, int index) {
      return (byte) page[index];
    }
  }

  static final class OfShort implements FlatLayout<Short> {
    @Override
    public int words() {
      return 1;
    }

    @Override
    public void store(Short value, long[] page, int index) {
      page[index] = value;
    }

    @Override
    public Short load(long[] page, int index) {
      return (short) page[index];
    }
  }

  static final class OfCharacter implements FlatLayout<Character> {
    @Override
    public int words() {
      return 1;
    }

    @Override
    public void store(Character value, long[] page, int index) {
      page[index] = value;
    }

    @Override
    public Character load(long[] page, int index) {
      return (char) page[index];
    }
  }

  static final class OfInteger implements FlatLayout<Integer> {
    @Override
    public int words() {
      return 1;
    }

    @Override
    public void store(Integer value, long[] page, int index) {
      page[index] = value;
    }

    @Override
    public Integer load(long[] page, int index) {
      return FreshBoxes.of((int) page[index]);
    }
  }

  static final class OfLong implements FlatLayout<Long> {
    @Override
    public int words() {
      return 1;
    }

    @Override
    public void store(Long value, long[] page, int index) {
      page[index] = value;
    }

    @Override
    public Long load(long[] page, int index) {
      return FreshBoxes.of(page[index]);
    }
  }

  static final class OfFloat implements FlatLayout<Float> {
    @Override
    public int words() {
      return 1;
    }

    @Override
    public void store(Float value, long[] page, int index) {
      page[index] = Float.floatToRawIntBits(value);
    }

    @Override
    public Float load(long[] page, int index) {
      return Float.intBitsToFloat((int) page[index]);
    }
  }

  static final class OfDouble implements FlatLayout<Double> {
    @Override
    public int words() {
      return 1;
    }

    @Override
    public void store(Double value, long[] page, int index) {
      page[index] = Double.doubleToRawLongBits(value);
    }

    @Override
    public Double load(long[] page, int index) {
      return Double.longBitsToDouble(page[index]);
    }
  }
}
