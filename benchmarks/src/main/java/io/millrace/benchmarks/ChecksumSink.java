package io.millrace.benchmarks;

import io.millrace.core.sink.Committer;
import io.millrace.core.sink.Sink;
import io.millrace.core.sink.SinkContext;
import io.millrace.core.sink.SinkWriter;
import io.millrace.core.source.VersionedSerializer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;

/** Counts and adds up hashes of all records, over all subtasks of this process. */
final class ChecksumSink implements Sink<KeyedValue, Void> {
  private static final long serialVersionUID = 1L;

  /** Of the run under way: runs follow one another. */
  private static final LongAdder CHECKSUM = new LongAdder();

  private static final LongAdder COUNT = new LongAdder();

  static void reset() {
    CHECKSUM.reset();
    COUNT.reset();
  }

  static long checksum() {
    return CHECKSUM.sum();
  }

  static long count() {
    return COUNT.sum();
  }

  @Override
  public SinkWriter<KeyedValue, Void> createWriter(SinkContext context, List<Void> recovered) {
    return new Writer();
  }

  @Override
  public Committer<Void> createCommitter(SinkContext context) {
    return new Committer<>() {
      @Override
      public CompletionStage<Void> commit(List<Void> committables) {
        return CompletableFuture.completedFuture(null);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public VersionedSerializer<Void> committableSerializer() {
    return new VersionedSerializer<>() {
      @Override
      public int version() {
        return 1;
      }

      @Override
      public byte[] serialize(Void none) {
        return new byte[0];
      }

      @Override
      public Void deserialize(int version, byte[] bytes) {
        return null;
      }
    };
  }

  @Override
  public boolean isTransactional() {
    return false;
  }

  private static final class Writer implements SinkWriter<KeyedValue, Void> {
    private long sum;
    private long count;

    @Override
    public void write(KeyedValue record, long timestamp) {
      sum += Generators.hash(record.key(), record.value());
      count++;
    }

    @Override
    public CompletionStage<List<Void>> prepareCommit(long checkpointId) {
      CHECKSUM.add(sum);
      COUNT.add(count);
      sum = 0;
      count = 0;
      return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public void close() {}
  }
}
