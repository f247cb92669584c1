package io.millrace.core.types;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.UUID;

/** Serializers of numbers of any size, of java.time and of UUIDs. */
final class ValueSerializers {
  private ValueSerializers() {}

  /** Turns what a factory of the JDK says of impossible values into corrupt data. */
  abstract static class ValueSerializer<T> extends ImmutableSerializer<T> {
    abstract T decode(BinaryReader in);

    @Override
    public final T read(BinaryReader in) {
      try {
        return decode(in);
      } catch (DateTimeException | ArithmeticException | IllegalArgumentException e) {
        throw new CorruptDataException("The bytes read are no value: " + e.getMessage(), e);
      }
    }
  }

  static final class OfBigInteger extends ValueSerializer<BigInteger> {
    @Override
    public void write(BigInteger value, BinaryWriter out) {
      byte[] bytes = value.toByteArray();
      out.writeVarInt(bytes.length);
      out.writeBytes(bytes, 0, bytes.length);
    }

    @Override
    BigInteger decode(BinaryReader in) {
      return new BigInteger(in.readBytes(in.readSize(1)));
    }
  }

  static final class OfBigDecimal extends ValueSerializer<BigDecimal> {
    @Override
    public void write(BigDecimal value, BinaryWriter out) {
      out.writeInt(value.scale());
      byte[] bytes = value.unscaledValue().toByteArray();
      out.writeVarInt(bytes.length);
      out.writeBytes(bytes, 0, bytes.length);
    }

    @Override
    BigDecimal decode(BinaryReader in) {
      int scale = in.readInt();
      return new BigDecimal(new BigInteger(in.readBytes(in.readSize(1))), scale);
    }
  }

  static final class OfUUID extends ValueSerializer<UUID> {
    @Override
    public void write(UUID value, BinaryWriter out) {
      out.writeLong(value.getMostSignificantBits());
      out.writeLong(value.getLeastSignificantBits());
    }

    @Override
    UUID decode(BinaryReader in) {
      long most = in.readLong();
      return new UUID(most, in.readLong());
    }
  }

  static final class OfInstant extends ValueSerializer<Instant> {
    @Override
    public void write(Instant value, BinaryWriter out) {
      out.writeLong(value.getEpochSecond());
      out.writeInt(value.getNano());
    }

    @Override
    Instant decode(BinaryReader in) {
      long seconds = in.readLong();
      return Instant.ofEpochSecond(seconds, in.readInt());
    }
  }

  static final class OfDuration extends ValueSerializer<Duration> {
    @Override
    public void write(Duration value, BinaryWriter out) {
      out.writeLong(value.getSeconds());
      out.writeInt(value.getNano());
    }

    @Override
    Duration decode(BinaryReader in) {
      long seconds = in.readLong();
      return Duration.ofSeconds(seconds, in.readInt());
    }
  }

  static final class OfLocalDate extends ValueSerializer<LocalDate> {
    @Override
    public void write(LocalDate value, BinaryWriter out) {
      out.writeLong(value.toEpochDay());
    }

    @Override
    LocalDate decode(BinaryReader in) {
      return LocalDate.ofEpochDay(in.readLong());
    }
  }

  static final class OfLocalTime extends ValueSerializer<LocalTime> {
    @Override
    public void write(LocalTime value, BinaryWriter out) {
      out.writeLong(value.toNanoOfDay());
    }

    @Override
    LocalTime decode(BinaryReader in) {
      return LocalTime.ofNanoOfDay(in.readLong());
    }
  }

  static final class OfLocalDateTime extends ValueSerializer<LocalDateTime> {
    @Override
    public void write(LocalDateTime value, BinaryWriter out) {
      writeLocal(value, out);
    }

    @Override
    LocalDateTime decode(BinaryReader in) {
      return readLocal(in);
    }
  }

  static final class OfOffsetDateTime extends ValueSerializer<OffsetDateTime> {
    @Override
    public void write(OffsetDateTime value, BinaryWriter out) {
      writeLocal(value.toLocalDateTime(), out);
      out.writeInt(value.getOffset().getTotalSeconds());
    }

    @Override
    OffsetDateTime decode(BinaryReader in) {
      LocalDateTime local = readLocal(in);
      return OffsetDateTime.of(local, ZoneOffset.ofTotalSeconds(in.readInt()));
    }
  }

  static final class OfZonedDateTime extends ValueSerializer<ZonedDateTime> {
    @Override
    public void write(ZonedDateTime value, BinaryWriter out) {
      writeLocal(value.toLocalDateTime(), out);
      out.writeInt(value.getOffset().getTotalSeconds());
      out.writeString(value.getZone().getId());
    }

    @Override
    ZonedDateTime decode(BinaryReader in) {
      LocalDateTime local = readLocal(in);
      ZoneOffset offset = ZoneOffset.ofTotalSeconds(in.readInt());
      return ZonedDateTime.ofInstant(local, offset, ZoneId.of(in.readString()));
    }
  }

  private static void writeLocal(LocalDateTime value, BinaryWriter out) {
    out.writeLong(value.toEpochSecond(ZoneOffset.UTC));
    out.writeInt(value.getNano());
  }

  private static LocalDateTime readLocal(BinaryReader in) {
    long seconds = in.readLong();
    return LocalDateTime.ofEpochSecond(seconds, in.readInt(), ZoneOffset.UTC);
  }
}
