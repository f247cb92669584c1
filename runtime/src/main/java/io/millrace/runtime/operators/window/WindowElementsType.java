package io.millrace.runtime.operators.window;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSerializer;
import java.util.List;

/** The type of {@link WindowElements} of one type. */
public final class WindowElementsType<T> extends CompositeType<WindowElements<T>> {
  private static final long serialVersionUID = 1L;

  private static final int LEAST_BYTES = 1 + Long.BYTES + 1;

  private final TypeInformation<T> element;

  public WindowElementsType(TypeInformation<T> element) {
    this.element = element;
  }

  @Override
  @SuppressWarnings("unchecked")
  public Class<? super WindowElements<T>> rawClass() {
    return (Class<? super WindowElements<T>>) (Class<?>) WindowElements.class;
  }

  @Override
  public TypeSerializer<WindowElements<T>> serializer() {
    return new Serializer<>(element.serializer());
  }

  @Override
  List<TypeSchema.Part> element() {
    return List.of(part("sequence", long.class), part("record", element.schema()));
  }

  private record Serializer<T>(TypeSerializer<T> elements)
      implements TypeSerializer<WindowElements<T>> {
    @Override
    public void write(WindowElements<T> value, BinaryWriter out) {
      out.writeVarInt(value.size());
      for (int i = 0; i < value.size(); i++) {
        out.writeByte(1);
        out.writeLong(value.sequence(i));
        elements.writeNullable(value.get(i), out);
      }
    }

    @Override
    public WindowElements<T> read(BinaryReader in) {
      int size = in.readSize(LEAST_BYTES);
      WindowElements<T> value = new WindowElements<>(size);
      for (int i = 0; i < size; i++) {
        requirePresence(in);
        long sequence = in.readLong();
        value.add(elements.readNullable(in), sequence);
      }
      return value;
    }

    @Override
    public WindowElements<T> copy(WindowElements<T> value) {
      WindowElements<T> copy = new WindowElements<>(value.size());
      for (int i = 0; i < value.size(); i++) {
        copy.add(elements.copyNullable(value.get(i)), value.sequence(i));
      }
      return copy;
    }

    @Override
    public boolean isImmutable() {
      return false;
    }
  }
}
