package io.millrace.benchmarks.workload;

import java.nio.file.Path;

/** Counts the records and adds up their hashes. */
final class ChecksumSink<T> extends ResultSink<T> {
  private static final long serialVersionUID = 1L;

  private final RecordHash<T> hash;

  ChecksumSink(Path directory, RecordHash<T> hash) {
    super(directory);
    this.hash = hash;
  }

  @Override
  protected PartWriter<T> writer() {
    return new Writer<>(hash);
  }

  private static final class Writer<T> extends PartWriter<T> {
    private final RecordHash<T> hash;
    private long records;
    private long checksum;

    Writer(RecordHash<T> hash) {
      this.hash = hash;
    }

    @Override
    public void write(T record, long timestamp) {
      checksum += hash.of(record);
      records++;
    }

    @Override
    protected ResultPart part() {
      return new ResultPart(records, checksum, new long[0]);
    }
  }
}
