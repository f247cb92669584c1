package io.millrace.benchmarks.workload;

import java.nio.file.Path;
import java.util.Arrays;

/** Takes the time from when each record was due to now; the first ones are left out. */
final class LatencySink extends ResultSink<TimedKey> {
  private static final long serialVersionUID = 1L;

  private final long skipped;

  /**
   * @param skipped records with a smaller number are not timed
   */
  LatencySink(Path directory, long skipped) {
    super(directory);
    this.skipped = skipped;
  }

  @Override
  protected PartWriter<TimedKey> writer() {
    return new Writer(skipped);
  }

  private static final class Writer extends PartWriter<TimedKey> {
    private final long skipped;
    private long records;
    private long[] latencies = new long[1 << 16];
    private int timed;

    Writer(long skipped) {
      this.skipped = skipped;
    }

    @Override
    public void write(TimedKey record, long timestamp) {
      records++;
      if (record.index() < skipped) {
        return;
      }
      if (timed == latencies.length) {
        latencies = Arrays.copyOf(latencies, 2 * timed);
      }
      latencies[timed++] = Math.max(0, System.nanoTime() - record.due());
    }

    @Override
    protected ResultPart part() {
      return new ResultPart(records, 0, Arrays.copyOf(latencies, timed));
    }
  }
}
