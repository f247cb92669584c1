package io.millrace.api.datastream.source;

import io.millrace.core.source.Boundedness;
import io.millrace.core.source.Source;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSerializer;
import java.util.Collection;
import java.util.List;

/**
 * The elements of a collection, in order, as one split. They travel in the job itself: for tests
 * and small tables.
 */
public final class ListSource<T> implements Source<T, RangeSplit, List<RangeSplit>> {
  private static final long serialVersionUID = 1L;

  private final TypeInformation<T> type;
  private final byte[] elements;
  private final int count;

  /**
   * @throws io.millrace.core.types.UnsupportedTypeException if the elements can't be serialised,
   *     naming class, field and remedy
   */
  public ListSource(Collection<? extends T> elements, TypeInformation<T> type) {
    TypeSerializer<T> serializer = type.serializer();
    BinaryWriter out = new BinaryWriter();
    for (T element : elements) {
      if (element == null) {
        throw new IllegalArgumentException("A stream can't hold null: remove it from the elements");
      }
      serializer.write(element, out);
    }
    this.type = type;
    this.elements = out.toByteArray();
    this.count = elements.size();
  }

  @Override
  public Boundedness boundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public TypeInformation<T> producedType() {
    return type;
  }

  @Override
  public SplitEnumerator<RangeSplit, List<RangeSplit>> createEnumerator(
      SplitEnumeratorContext<RangeSplit> context) {
    return new RangeEnumerator(
        context, count == 0 ? List.of() : List.of(RangeSplit.of("list", 0, count - 1)));
  }

  @Override
  public SplitEnumerator<RangeSplit, List<RangeSplit>> restoreEnumerator(
      SplitEnumeratorContext<RangeSplit> context, List<RangeSplit> state) {
    return new RangeEnumerator(context, state);
  }

  @Override
  public SourceReader<T, RangeSplit> createReader(SourceReaderContext context) {
    return new Reader<>(context, type.serializer(), elements);
  }

  @Override
  public VersionedSerializer<RangeSplit> splitSerializer() {
    return RangeSplit.SERIALIZER;
  }

  @Override
  public VersionedSerializer<List<RangeSplit>> enumeratorStateSerializer() {
    return RangeSplit.LIST_SERIALIZER;
  }

  private static final class Reader<T> extends RangeReader<T> {
    private final TypeSerializer<T> serializer;
    private final BinaryReader in;
    private long position;

    Reader(SourceReaderContext context, TypeSerializer<T> serializer, byte[] elements) {
      super(context);
      this.serializer = serializer;
      this.in = new BinaryReader(elements, context.userCodeClassLoader());
    }

    @Override
    T element(long number) {
      // After a restore the elements before it are read over: class names may stand there.
      while (position < number) {
        serializer.read(in);
        position++;
      }
      position++;
      return serializer.read(in);
    }
  }
}
