package io.millrace.runtime.operators.window;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSerializer;

/** The type of {@link WindowElements} of one type. */
public final class WindowElementsType<T> extends CompositeType<WindowElements<T>> {
  private static final long serialVersionUID = 1L;

  private final TypeInformation<T> element;

  public WindowElementsType(TypeInformation<T> element) {
    super(element);
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

  private record Serializer<T>(TypeSerializer<T> elements)
      implements TypeSerializer<WindowElements<T>> {
    @Override
    public void write(WindowElements<T> value, BinaryWriter out) {
      out.writeVarInt(value.size());
      for (int i = 0; i < value.size(); i++) {
        out.writeLong(value.sequence(i));
        elements.write(value.get(i), out);
      }
    }

    @Override
    public WindowElements<T> read(BinaryReader in) {
      int size = in.readSize(Long.BYTES);
      WindowElements<T> value = new WindowElements<>(size);
      for (int i = 0; i < size; i++) {
        long sequence = in.readLong();
        value.add(elements.read(in), sequence);
      }
      return value;
    }

    @Override
    public WindowElements<T> copy(WindowElements<T> value) {
      WindowElements<T> copy = new WindowElements<>(value.size());
      for (int i = 0; i < value.size(); i++) {
        copy.add(elements.copy(value.get(i)), value.sequence(i));
      }
      return copy;
    }

    @Override
    public boolean isImmutable() {
      return false;
    }
  }
}
