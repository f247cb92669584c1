package io.millrace.api.datastream.source;

import io.millrace.core.source.ReaderOutput.SplitOutput;
import io.millrace.core.source.SourceReaderContext;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Emits each element at its time. */
final class PacedReader<T> extends RangeReader<T> {
  // The first elements are due when the reader can already be expected to be at work.
  private static final long HEAD_START = TimeUnit.MILLISECONDS.toNanos(1);

  /** A gap of this length is worth telling the watermark about; shorter ones are the rhythm. */
  private static final long GAP = TimeUnit.MILLISECONDS.toNanos(100);

  private final SourceReaderContext context;
  private final PacedGeneratorFunction<T> generator;
  private final double nanosPerRecord;
  private long base;
  private boolean begun;

  PacedReader(
      SourceReaderContext context, PacedGeneratorFunction<T> generator, double nanosPerRecord) {
    super(context);
    this.context = context;
    this.generator = generator;
    this.nanosPerRecord = nanosPerRecord;
  }

  @Override
  void begun(RangeSplit split) {
    if (!begun) {
      begun = true;
      base = System.nanoTime() + HEAD_START - (long) (split.next() * nanosPerRecord);
    }
  }

  @Override
  boolean isDue(long number, SplitOutput<T> out) {
    long wait = due(number) - System.nanoTime();
    if (wait > GAP) {
      out.polledEmpty();
    }
    if (wait > 0) {
      context.wakeUpAfter(Duration.ofNanos(wait));
      return false;
    }
    return true;
  }

  @Override
  T element(long number) throws Exception {
    return generator.generate(number, due(number));
  }

  private long due(long number) {
    return base + (long) (number * nanosPerRecord);
  }
}
