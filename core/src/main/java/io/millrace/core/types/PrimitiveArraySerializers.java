package io.millrace.core.types;

/** Serializers of arrays of primitives: a count, then the elements. */
final class PrimitiveArraySerializers {
  private PrimitiveArraySerializers() {}

  static final class OfBytes implements TypeSerializer<byte[]> {
    @Override
    public void write(byte[] value, BinaryWriter out) {
      out.writeVarInt(value.length);
      out.writeBytes(value, 0, value.length);
    }

    @Override
    public byte[] read(BinaryReader in) {
      return in.readBytes(in.readSize(1));
    }

    @Override
    public byte[] copy(byte[] value) {
      return value.clone();
    }

    @Override
    public boolean isImmutable() {
      return false;
    }
  }

  static final class OfBooleans implements TypeSerializer<boolean[]> {
    @Override
    public void write(boolean[] value, BinaryWriter out) {
      out.writeVarInt(value.length);
      for (boolean element : value) {
        out.writeBoolean(element);
      }
    }

    @Override
    public boolean[] read(BinaryReader in) {
      boolean[] value = new boolean[in.readSize(1)];
      for (int i = 0; i < value.length; i++) {
        value[i] = in.readBoolean();
      }
      return value;
    }

    @Override
    public boolean[] copy(boolean[] value) {
      return value.clone();
    }

    @Override
    public boolean isImmutable() {
      return false;
    }
  }

  static final class OfChars implements TypeSerializer<char[]> {
    @Override
    public void write(char[] value, BinaryWriter out) {
      out.writeVarInt(value.length);
      for (char element : value) {
        out.writeShort(element);
      }
    }

    @Override
    public char[] read(BinaryReader in) {
      char[] value = new char[in.readSize(2)];
      for (int i = 0; i < value.length; i++) {
        value[i] = (char) in.readShort();
      }
      return value;
    }

    @Override
    public char[] copy(char[] value) {
      return value.clone();
    }

    @Override
    public boolean isImmutable() {
      return false;
    }
  }

  static final class OfShorts implements TypeSerializer<short[]> {
    @Override
    public void write(short[] value, BinaryWriter out) {
      out.writeVarInt(value.length);
      for (short element : value) {
        out.writeShort(element);
      }
    }

    @Override
    public short[] read(BinaryReader in) {
      short[] value = new short[in.readSize(2)];
      for (int i = 0; i < value.length; i++) {
        value[i] = in.readShort();
      }
      return value;
    }

    @Override
    public short[] copy(short[] value) {
      return value.clone();
    }

    @Override
    public boolean isImmutable() {
      return false;
    }
  }

  static final class OfInts implements TypeSerializer<int[]> {
    @Override
    public void write(int[] value, BinaryWriter out) {
      out.writeVarInt(value.length);
      for (int element : value) {
        out.writeInt(element);
      }
    }

    @Override
    public int[] read(BinaryReader in) {
      int[] value = new int[in.readSize(4)];
      for (int i = 0; i < value.length; i++) {
        value[i] = in.readInt();
      }
      return value;
    }

    @Override
    public int[] copy(int[] value) {
      return value.clone();
    }

    @Override
    public boolean isImmutable() {
      return false;
    }
  }

  static final class OfLongs implements TypeSerializer<long[]> {
    @Override
    public void write(long[] value, BinaryWriter out) {
      out.writeVarInt(value.length);
      for (long element : value) {
        out.writeLong(element);
      }
    }

    @Override
    public long[] read(BinaryReader in) {
      long[] value = new long[in.readSize(8)];
      for (int i = 0; i < value.length; i++) {
        value[i] = in.readLong();
      }
      return value;
    }

    @Override
    public long[] copy(long[] value) {
      return value.clone();
    }

    @Override
    public boolean isImmutable() {
      return false;
    }
  }

  static final class OfFloats implements TypeSerializer<float[]> {
    @Override
    public void write(float[] value, BinaryWriter out) {
      out.writeVarInt(value.length);
      for (float element : value) {
        out.writeFloat(element);
      }
    }

    @Override
    public float[] read(BinaryReader in) {
      float[] value = new float[in.readSize(4)];
      for (int i = 0; i < value.length; i++) {
        value[i] = in.readFloat();
      }
      return value;
    }

    @Override
    public float[] copy(float[] value) {
      return value.clone();
    }

    @Override
    public boolean isImmutable() {
      return false;
    }
  }

  static final class OfDoubles implements TypeSerializer<double[]> {
    @Override
    public void write(double[] value, BinaryWriter out) {
      out.writeVarInt(value.length);
      for (double element : value) {
        out.writeDouble(element);
      }
    }

    @Override
    public double[] read(BinaryReader in) {
      double[] value = new double[in.readSize(8)];
      for (int i = 0; i < value.length; i++) {
        value[i] = in.readDouble();
      }
      return value;
    }

    @Override
    public double[] copy(double[] value) {
      return value.clone();
    }

    @Override
    public boolean isImmutable() {
      return false;
    }
  }
}
