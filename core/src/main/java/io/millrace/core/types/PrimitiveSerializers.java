package io.millrace.core.types;

/** Serializers of the boxed primitives and of strings. */
final class PrimitiveSerializers {
  private PrimitiveSerializers() {}

  static final class OfBoolean extends ImmutableSerializer<Boolean> {
    @Override
    public void write(Boolean value, BinaryWriter out) {
      out.writeBoolean(value);
    }

    @Override
    public Boolean read(BinaryReader in) {
      return in.readBoolean();
    }
  }

  static final class OfByte extends ImmutableSerializer<Byte> {
    @Override
    public void write(Byte value, BinaryWriter out) {
      out.writeByte(value);
    }

    @Override
    public Byte read(BinaryReader in) {
      return in.readByte();
    }
  }

  static final class OfShort extends ImmutableSerializer<Short> {
    @Override
    public void write(Short value, BinaryWriter out) {
      out.writeShort(value);
    }

    @Override
    public Short read(BinaryReader in) {
      return in.readShort();
    }
  }

  static final class OfInteger extends ImmutableSerializer<Integer> {
    @Override
    public void write(Integer value, BinaryWriter out) {
      out.writeInt(value);
    }

    @Override
    public Integer read(BinaryReader in) {
      return in.readInt();
    }
  }

  static final class OfLong extends ImmutableSerializer<Long> {
    @Override
    public void write(Long value, BinaryWriter out) {
      out.writeLong(value);
    }

    @Override
    public Long read(BinaryReader in) {
      return in.readLong();
    }
  }

  static final class OfFloat extends ImmutableSerializer<Float> {
    @Override
    public void write(Float value, BinaryWriter out) {
      out.writeFloat(value);
    }

    @Override
    public Float read(BinaryReader in) {
      return in.readFloat();
    }
  }

  static final class OfDouble extends ImmutableSerializer<Double> {
    @Override
    public void write(Double value, BinaryWriter out) {
      out.writeDouble(value);
    }

    @Override
    public Double read(BinaryReader in) {
      return in.readDouble();
    }
  }

  static final class OfString extends ImmutableSerializer<String> {
    @Override
    public void write(String value, BinaryWriter out) {
      out.writeString(value);
    }

    @Override
    public String read(BinaryReader in) {
      return in.readString();
    }

    @Override
    public void writeNullable(String value, BinaryWriter out) {
      out.writeNullableString(value);
    }

    @Override
    public String readNullable(BinaryReader in) {
      return in.readNullableString();
    }
  }

  static final class OfCharacter extends ImmutableSerializer<Character> {
    @Override
    public void write(Character value, BinaryWriter out) {
      out.writeShort(value);
    }

    @Override
    public Character read(BinaryReader in) {
      return (char) in.readShort();
    }
  }
}
