package io.millrace.runtime.task;

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
import java.util.List;

/** The generator of the keyed-count workload, strided over its splits. */
public record KeyValueSource(long records, long keys)
    implements Source<KeyValue, KeyValueSource.Stride, List<Integer>> {
  private static final long G = 0x9E3779B97F4A7C15L;

  /** Records {@code next, next + step, ...}. */
  public record Stride(long next, long step) implements SourceSplit {
    @Override
    public String splitId() {
      return "stride-" + next % step;
    }
  }

  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  static KeyValue record(long i, long keys) {
    long key = (mix(2 + (i + 1) * G) >>> 1) % keys;
    return new KeyValue(key, 1 + (key & 127));
  }

  @Override
  public Boundedness boundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public TypeInformation<KeyValue> producedType() {
    return TypeInformation.of(KeyValue.class);
  }

  @Override
  public SplitEnumerator<Stride, List<Integer>> createEnumerator(
      SplitEnumeratorContext<Stride> context) {
    throw new UnsupportedOperationException("the test assigns the splits");
  }

  @Override
  public SplitEnumerator<Stride, List<Integer>> restoreEnumerator(
      SplitEnumeratorContext<Stride> context, List<Integer> state) {
    throw new UnsupportedOperationException("the test assigns the splits");
  }

  @Override
  public SourceReader<KeyValue, Stride> createReader(SourceReaderContext context) {
    return new Reader(records, keys, context);
  }

  @Override
  public VersionedSerializer<Stride> splitSerializer() {
    return new VersionedSerializer<>() {
      @Override
      public int version() {
        return 1;
      }

      @Override
      public byte[] serialize(Stride stride) {
        BinaryWriter out = new BinaryWriter();
        out.writeLong(stride.next());
        out.writeLong(stride.step());
        return out.toByteArray();
      }

      @Override
      public Stride deserialize(int version, byte[] bytes) {
        BinaryReader in = new BinaryReader(bytes, getClass().getClassLoader());
        return new Stride(in.readLong(), in.readLong());
      }
    };
  }

  @Override
  public VersionedSerializer<List<Integer>> enumeratorStateSerializer() {
    throw new UnsupportedOperationException("the test assigns the splits");
  }

  private static final class Reader implements SourceReader<KeyValue, Stride> {
    private final long records;
    private final long keys;
    private final SourceReaderContext context;
    private final java.util.ArrayDeque<Stride> splits = new java.util.ArrayDeque<>();
    private long next = -1;
    private long step;
    private boolean noMore;

    Reader(long records, long keys, SourceReaderContext context) {
      this.records = records;
      this.keys = keys;
      this.context = context;
    }

    @Override
    public void start() {}

    @Override
    public PollStatus poll(ReaderOutput<KeyValue> output) throws Exception {
      if (next < 0) {
        Stride split = splits.poll();
        if (split == null) {
          return noMore ? PollStatus.END_OF_INPUT : PollStatus.NOTHING_AVAILABLE;
        }
        next = split.next();
        step = split.step();
      }
      ReaderOutput.SplitOutput<KeyValue> out = output.split("stride-" + next % step);
      long i = next;
      while (i < records && output.hasRoom()) {
        out.collect(record(i, keys), i);
        i += step;
      }
      next = i;
      if (i >= records) {
        output.releaseSplit("stride-" + i % step);
        next = -1;
      }
      return PollStatus.MORE_AVAILABLE;
    }

    @Override
    public void addSplits(List<Stride> added) {
      splits.addAll(added);
      context.wakeUp();
    }

    @Override
    public void noMoreSplits() {
      noMore = true;
    }

    @Override
    public List<Stride> snapshotState(long checkpointId) {
      java.util.ArrayList<Stride> all = new java.util.ArrayList<>(splits);
      if (next >= 0) {
        all.add(new Stride(next, step));
      }
      return all;
    }

    @Override
    public void close() {}
  }
}
