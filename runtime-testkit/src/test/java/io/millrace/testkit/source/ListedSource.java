package io.millrace.testkit.source;

import io.millrace.core.source.Boundedness;
import io.millrace.core.source.PollStatus;
import io.millrace.core.source.ReaderOutput;
import io.millrace.core.source.Source;
import io.millrace.core.source.SourceReader;
import io.millrace.core.source.SourceReaderContext;
import io.millrace.core.source.SourceSplit;
import io.millrace.core.source.SplitEnumerator;
import io.millrace.core.source.SplitEnumeratorContext;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.TypeInformation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Each split has the records listed for it, which are their own timestamps, and never ends itself.
 */
record ListedSource(Map<String, List<Long>> records, Boundedness boundedness)
    implements Source<Long, ListedSource.Split, String> {
  private static final long serialVersionUID = 1L;

  ListedSource(Map<String, List<Long>> records) {
    this(records, Boundedness.CONTINUOUS_UNBOUNDED);
  }

  /**
   * A split.
   *
   * @param next index of the next record
   */
  record Split(String splitId, int next) implements SourceSplit {}

  @Override
  public TypeInformation<Long> producedType() {
    return TypeInformation.of(Long.class);
  }

  @Override
  public SplitEnumerator<Split, String> createEnumerator(SplitEnumeratorContext<Split> context) {
    throw new UnsupportedOperationException("the test assigns the splits");
  }

  @Override
  public SplitEnumerator<Split, String> restoreEnumerator(
      SplitEnumeratorContext<Split> context, String state) {
    throw new UnsupportedOperationException("the test assigns the splits");
  }

  @Override
  public VersionedSerializer<String> enumeratorStateSerializer() {
    throw new UnsupportedOperationException("the test assigns the splits");
  }

  @Override
  public VersionedSerializer<Split> splitSerializer() {
    return new VersionedSerializer<>() {
      @Override
      public int version() {
        return 1;
      }

      @Override
      public byte[] serialize(Split split) {
        BinaryWriter out = new BinaryWriter(16);
        out.writeString(split.splitId());
        out.writeInt(split.next());
        return out.toByteArray();
      }

      @Override
      public Split deserialize(int version, byte[] bytes) {
        BinaryReader in = new BinaryReader(bytes, ListedSource.class.getClassLoader());
        return new Split(in.readString(), in.readInt());
      }
    };
  }

  @Override
  public SourceReader<Long, Split> createReader(SourceReaderContext context) {
    return new Reader(records);
  }

  private static final class Reader implements SourceReader<Long, Split> {
    private final Map<String, List<Long>> records;
    private final Map<String, Integer> next = new LinkedHashMap<>();

    Reader(Map<String, List<Long>> records) {
      this.records = records;
    }

    @Override
    public void start() {}

    @Override
    public PollStatus poll(ReaderOutput<Long> output) throws Exception {
      for (Map.Entry<String, Integer> split : next.entrySet()) {
        List<Long> all = records.get(split.getKey());
        ReaderOutput.SplitOutput<Long> out = output.split(split.getKey());
        while (split.getValue() < all.size()) {
          if (!output.hasRoom()) {
            return PollStatus.MORE_AVAILABLE;
          }
          long record = all.get(split.getValue());
          out.collect(record, record);
          split.setValue(split.getValue() + 1);
        }
        out.polledEmpty();
      }
      return PollStatus.NOTHING_AVAILABLE;
    }

    @Override
    public void addSplits(List<Split> splits) {
      splits.forEach(split -> next.put(split.splitId(), split.next()));
    }

    @Override
    public void noMoreSplits() {}

    @Override
    public List<Split> snapshotState(long checkpointId) {
      return next.entrySet().stream().map(e -> new Split(e.getKey(), e.getValue())).toList();
    }

    @Override
    public void close() {}
  }
}
