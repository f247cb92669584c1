package io.millrace.runtime.operators.join;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.core.types.FlatLayout;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSerializer;
import io.millrace.core.types.UnsupportedTypeException;
import java.util.List;
import java.util.Optional;

/** The type of {@link Sided} records of two types: as of a sealed type with a class a side. */
public final class SidedType extends TypeInformation<Sided> {
  private static final long serialVersionUID = 1L;
  private static final String FIRST = "first";
  private static final String SECOND = "second";

  private final TypeInformation<Object> first;
  private final TypeInformation<Object> second;

  @SuppressWarnings("unchecked") // which of the two a value is of is known by its side
  public SidedType(TypeInformation<?> first, TypeInformation<?> second) {
    this.first = (TypeInformation<Object>) first;
    this.second = (TypeInformation<Object>) second;
  }

  @Override
  public Class<Sided> rawClass() {
    return Sided.class;
  }

  @Override
  public TypeSerializer<Sided> serializer() {
    return new Serializer(first.serializer(), second.serializer());
  }

  @Override
  public Optional<FlatLayout<Sided>> flatLayout() {
    return Optional.empty();
  }

  @Override
  public KeyCodec<Sided> keyCodec() {
    throw new UnsupportedTypeException("A record of one of two sides can't be a key");
  }

  @Override
  public TypeSchema schema() {
    return new TypeSchema(
        TypeSchema.Kind.SEALED,
        Sided.class.getName(),
        List.of(
            new TypeSchema.Part(FIRST, first.schema()),
            new TypeSchema.Part(SECOND, second.schema())),
        List.of());
  }

  private record Serializer(TypeSerializer<Object> first, TypeSerializer<Object> second)
      implements TypeSerializer<Sided> {
    private TypeSerializer<Object> of(boolean isFirst) {
      return isFirst ? first : second;
    }

    @Override
    public void write(Sided value, BinaryWriter out) {
      out.writeString(value.isFirst() ? FIRST : SECOND);
      of(value.isFirst()).write(value.value(), out);
    }

    @Override
    public Sided read(BinaryReader in) {
      String side = in.readString();
      boolean isFirst = side.equals(FIRST);
      if (!isFirst && !side.equals(SECOND)) {
        throw new CorruptDataException("'" + side + "' is no side of a join");
      }
      return new Sided(isFirst, of(isFirst).read(in));
    }

    @Override
    public Sided copy(Sided value) {
      TypeSerializer<Object> values = of(value.isFirst());
      return values.isImmutable() ? value : new Sided(value.isFirst(), values.copy(value.value()));
    }

    @Override
    public boolean isImmutable() {
      return first.isImmutable() && second.isImmutable();
    }
  }
}
