package io.millrace.api.datastream.source;

import io.millrace.core.function.Function;
import io.millrace.core.source.Boundedness;
import io.millrace.core.source.Source;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.FreshBoxes;
import io.millrace.core.types.TypeInference;
import io.millrace.core.types.TypeInformation;
import java.util.ArrayList;
import java.util.List;

/**
 * Records that a function makes from their numbers, 0 to {@code count - 1}: for tests, demos and
 * measurements. Of P readers, reader s makes s, s + P, s + 2P and so on, so that all of them are at
 * about the same number, and at the same event time if that grows with the number. After a restore
 * with fewer readers than before, a reader finishes one such sequence before it takes up the next.
 */
public final class DataGeneratorSource<T> implements Source<T, RangeSplit, List<RangeSplit>> {
  private static final long serialVersionUID = 1L;

  private final Readers<T> readers;
  private final long count;
  private final TypeInformation<T> type;

  /** Makes the reader of a subtask. */
  private interface Readers<T> extends Function {
    SourceReader<T, RangeSplit> create(SourceReaderContext context);
  }

  private DataGeneratorSource(long count, TypeInformation<T> type, Readers<T> readers) {
    if (count < 0 || count > Long.MAX_VALUE / 2) {
      throw new IllegalArgumentException("A source can't make " + count + " records");
    }
    this.readers = readers;
    this.count = count;
    this.type = type;
  }

  /** As many records as the job takes. */
  public DataGeneratorSource(GeneratorFunction<T> generator, long count) {
    this(generator, count, TypeInference.argument(generator, GeneratorFunction.class, 0));
  }

  /** The same with the type of the records given. */
  public DataGeneratorSource(GeneratorFunction<T> generator, long count, TypeInformation<T> type) {
    this(count, type, context -> new FreeReader<>(context, generator));
  }

  /**
   * Record i at {@code i / recordsPerSecond} after the start (or, after a failure, as far behind
   * the first one made again), never before; later ones catch up if the job was held up.
   *
   * @param recordsPerSecond of all subtasks together
   */
  public static <T> DataGeneratorSource<T> atRate(
      PacedGeneratorFunction<T> generator, long count, double recordsPerSecond) {
    if (!(recordsPerSecond > 0)) {
      throw new IllegalArgumentException(
          "Records per second must be more than 0, not " + recordsPerSecond);
    }
    double nanosPerRecord = 1e9 / recordsPerSecond;
    return new DataGeneratorSource<>(
        count,
        TypeInference.argument(generator, PacedGeneratorFunction.class, 0),
        context -> new PacedReader<>(context, generator, nanosPerRecord));
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
    int step = context.currentParallelism();
    List<RangeSplit> splits = new ArrayList<>();
    for (int i = 0; i < step && i < count; i++) {
      splits.add(new RangeSplit("generator-" + i, i, count - 1, step));
    }
    return new RangeEnumerator(context, splits);
  }

  @Override
  public SplitEnumerator<RangeSplit, List<RangeSplit>> restoreEnumerator(
      SplitEnumeratorContext<RangeSplit> context, List<RangeSplit> state) {
    return new RangeEnumerator(context, state);
  }

  @Override
  public SourceReader<T, RangeSplit> createReader(SourceReaderContext context) {
    return readers.create(context);
  }

  @Override
  public VersionedSerializer<RangeSplit> splitSerializer() {
    return RangeSplit.SERIALIZER;
  }

  @Override
  public VersionedSerializer<List<RangeSplit>> enumeratorStateSerializer() {
    return RangeSplit.LIST_SERIALIZER;
  }

  private static final class FreeReader<T> extends RangeReader<T> {
    private final GeneratorFunction<T> generator;

    FreeReader(SourceReaderContext context, GeneratorFunction<T> generator) {
      super(context);
      this.generator = generator;
    }

    @Override
    T element(long number) throws Exception {
      return FreshBoxes.of(generator.generate(number));
    }
  }
}
