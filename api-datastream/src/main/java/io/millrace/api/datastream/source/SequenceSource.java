package io.millrace.api.datastream.source;

import io.millrace.core.source.Boundedness;
import io.millrace.core.source.Source;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.FreshBoxes;
import io.millrace.core.types.TypeInformation;
import java.util.ArrayList;
import java.util.List;

/** The numbers of a range, ascending within each of as many splits as there are readers. */
public final class SequenceSource implements Source<Long, RangeSplit, List<RangeSplit>> {
  private static final long serialVersionUID = 1L;

  private final long from;
  private final long to;

  /**
   * @param from the first number
   * @param to the last one, inclusive
   */
  public SequenceSource(long from, long to) {
    if (from > to || to == Long.MAX_VALUE || to - from < 0) {
      throw new IllegalArgumentException("No sequence from " + from + " to " + to);
    }
    this.from = from;
    this.to = to;
  }

  @Override
  public Boundedness boundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public TypeInformation<Long> producedType() {
    return TypeInformation.of(Long.class);
  }

  @Override
  public SplitEnumerator<RangeSplit, List<RangeSplit>> createEnumerator(
      SplitEnumeratorContext<RangeSplit> context) {
    int readers = context.currentParallelism();
    long share = (to - from) / readers;
    long longer = (to - from) % readers + 1;
    List<RangeSplit> splits = new ArrayList<>();
    long start = from;
    for (int i = 0; i < readers && start <= to; i++) {
      long end = start + share - (i < longer ? 0 : 1);
      if (end >= start) {
        splits.add(RangeSplit.of("sequence-" + i, start, end));
        start = end + 1;
      }
    }
    return new RangeEnumerator(context, splits);
  }

  @Override
  public SplitEnumerator<RangeSplit, List<RangeSplit>> restoreEnumerator(
      SplitEnumeratorContext<RangeSplit> context, List<RangeSplit> state) {
    return new RangeEnumerator(context, state);
  }

  @Override
  public SourceReader<Long, RangeSplit> createReader(SourceReaderContext context) {
    return new RangeReader<>(context) {
      @Override
      Long element(long number) {
        return FreshBoxes.of(number);
      }
    };
  }

  @Override
  public VersionedSerializer<RangeSplit> splitSerializer() {
    return RangeSplit.SERIALIZER;
  }

  @Override
  public VersionedSerializer<List<RangeSplit>> enumeratorStateSerializer() {
    return RangeSplit.LIST_SERIALIZER;
  }
}
