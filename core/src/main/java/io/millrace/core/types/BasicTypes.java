package io.millrace.core.types;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The types whose serializers are written by hand. */
final class BasicTypes {
  private static final Map<Class<?>, BasicType<?>> TYPES = new HashMap<>();

  static {
    integer(
        boolean.class,
        Boolean.class,
        new PrimitiveSerializers.OfBoolean(),
        new IntegerKeyCodecs.OfBoolean(),
        new PrimitiveLayouts.OfBoolean());
    integer(
        byte.class,
        Byte.class,
        new PrimitiveSerializers.OfByte(),
        new IntegerKeyCodecs.OfByte(),
        new PrimitiveLayouts.OfByte());
    integer(
        short.class,
        Short.class,
        new PrimitiveSerializers.OfShort(),
        new IntegerKeyCodecs.OfShort(),
        new PrimitiveLayouts.OfShort());
    integer(
        char.class,
        Character.class,
        new PrimitiveSerializers.OfCharacter(),
        new IntegerKeyCodecs.OfCharacter(),
        new PrimitiveLayouts.OfCharacter());
    integer(
        int.class,
        Integer.class,
        new PrimitiveSerializers.OfInteger(),
        new IntegerKeyCodecs.OfInteger(),
        new PrimitiveLayouts.OfInteger());
    integer(
        long.class,
        Long.class,
        new PrimitiveSerializers.OfLong(),
        new IntegerKeyCodecs.OfLong(),
        new PrimitiveLayouts.OfLong());
    floating(
        float.class,
        Float.class,
        new PrimitiveSerializers.OfFloat(),
        new PrimitiveLayouts.OfFloat());
    floating(
        double.class,
        Double.class,
        new PrimitiveSerializers.OfDouble(),
        new PrimitiveLayouts.OfDouble());
    put(
        new BasicType<>(
            String.class,
            new PrimitiveSerializers.OfString(),
            Optional.of(new StringKeyCodec()),
            Optional.empty()));
    value(BigInteger.class, new ValueSerializers.OfBigInteger());
    value(BigDecimal.class, new ValueSerializers.OfBigDecimal());
    value(UUID.class, new ValueSerializers.OfUUID());
    value(Instant.class, new ValueSerializers.OfInstant());
    value(Duration.class, new ValueSerializers.OfDuration());
    value(LocalDate.class, new ValueSerializers.OfLocalDate());
    value(LocalTime.class, new ValueSerializers.OfLocalTime());
    value(LocalDateTime.class, new ValueSerializers.OfLocalDateTime());
    value(OffsetDateTime.class, new ValueSerializers.OfOffsetDateTime());
    value(ZonedDateTime.class, new ValueSerializers.OfZonedDateTime());
    array(boolean[].class, new PrimitiveArraySerializers.OfBooleans());
    array(byte[].class, new PrimitiveArraySerializers.OfBytes());
    array(char[].class, new PrimitiveArraySerializers.OfChars());
    array(short[].class, new PrimitiveArraySerializers.OfShorts());
    array(int[].class, new PrimitiveArraySerializers.OfInts());
    array(long[].class, new PrimitiveArraySerializers.OfLongs());
    put(
        new BasicType<>(
            float[].class,
            new PrimitiveArraySerializers.OfFloats(),
            Optional.empty(),
            Optional.empty()));
    put(
        new BasicType<>(
            double[].class,
            new PrimitiveArraySerializers.OfDoubles(),
            Optional.empty(),
            Optional.empty()));
  }

  private BasicTypes() {}

  /** The basic type of a class, a primitive one included, or null. */
  static BasicType<?> find(Class<?> type) {
    return TYPES.get(type);
  }

  /** The class of a basic type, a primitive one included, by its name in schemas. */
  static Optional<Class<?>> byName(String name) {
    return TYPES.keySet().stream().filter(type -> type.getTypeName().equals(name)).findFirst();
  }

  private static <T> void integer(
      Class<?> primitive,
      Class<T> boxed,
      TypeSerializer<T> serializer,
      KeyCodec<T> codec,
      FlatLayout<T> layout) {
    BasicType<T> type = new BasicType<>(boxed, serializer, Optional.of(codec), Optional.of(layout));
    put(type);
    TYPES.put(primitive, type);
  }

  private static <T> void floating(
      Class<?> primitive, Class<T> boxed, TypeSerializer<T> serializer, FlatLayout<T> layout) {
    BasicType<T> type = new BasicType<>(boxed, serializer, Optional.empty(), Optional.of(layout));
    put(type);
    TYPES.put(primitive, type);
  }

  private static <T> void value(Class<T> type, TypeSerializer<T> serializer) {
    put(
        new BasicType<>(
            type, serializer, Optional.of(new SerializedKeyCodec<>(serializer)), Optional.empty()));
  }

  private static <T> void array(Class<T> type, TypeSerializer<T> serializer) {
    put(
        new BasicType<>(
            type,
            serializer,
            Optional.of(new PrimitiveArrayKeyCodec<>(serializer)),
            Optional.empty()));
  }

  private static void put(BasicType<?> type) {
    TYPES.put(type.type(), type);
  }
}
