package io.millrace.runtime.exchange;

import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.FlatLayout;
import java.util.Arrays;
import java.util.Optional;

/**
 * Records on their way between two subtasks: values, timestamps and, on keyed edges, the key hashes
 * and (for integer keys) the keys. Values of a flat type (primitives, records of primitives) cross
 * as the words of their fields: neither end needs an object then. What one core writes and another
 * reads is the dearest memory there is, so such a batch has nothing else: keys of flat values are
 * selected again by the consumer, and a timestamp that all have in common is one. The unit of every
 * hand-over. Owned by one thread at a time; whoever received it gives it back to its {@link
 * BatchOwner}. Fields are open to the engine's inner loops.
 */
public final class RecordBatch {
  /** Records in a full batch. */
  public static final int CAPACITY = 512;

  private static final long[] NO_ROWS = {};

  /** Reference values, unless there is a {@link #layout}; filled up to {@link #size}. */
  public final Object[] values = new Object[CAPACITY];

  /** How values lie in {@link #rows}; null if they are objects. */
  public FlatLayout<Object> layout;

  /** The values one after another, each of as many words as the layout says. */
  public long[] rows = NO_ROWS;

  /** The event timestamp of all records, unless they are {@link #timed}. */
  public long commonTimestamp = TimestampAssigner.NO_TIMESTAMP;

  /**
   * Event timestamps in milliseconds, {@link TimestampAssigner#NO_TIMESTAMP} for none; only if
   * {@link #timed}.
   */
  public final long[] timestamps = new long[CAPACITY];

  /** Whether the records have different timestamps. */
  public boolean timed;

  /**
   * Hashes of the keys' canonical encoding, computed once by the sender; only if {@link #keyed}.
   */
  public final int[] hashes = new int[CAPACITY];

  /** The keys themselves; only if {@link #longKeys}. */
  public final long[] keys = new long[CAPACITY];

  public int size;
  public boolean keyed;
  public boolean longKeys;

  /** Which of its owner's channels this batch is in flight on. */
  int channel;

  private final BatchOwner owner;

  public RecordBatch(BatchOwner owner) {
    this.owner = owner;
  }

  /** Takes back batches that were consumed; called by the consuming thread. */
  public interface BatchOwner {
    void recycle(RecordBatch batch);
  }

  /** Makes this an empty batch of values of that layout, or of objects. */
  @SuppressWarnings("unchecked") // the edge's type
  public void begin(Optional<? extends FlatLayout<?>> flat) {
    size = 0;
    timed = false;
    commonTimestamp = TimestampAssigner.NO_TIMESTAMP;
    layout = (FlatLayout<Object>) flat.orElse(null);
    if (layout != null && rows.length < CAPACITY * layout.words()) {
      rows = new long[CAPACITY * layout.words()];
    }
  }

  /** One of the values; for what is not an inner loop. */
  public Object value(int index) {
    return layout == null ? values[index] : layout.load(rows, index * layout.words());
  }

  /** The timestamp of the record that becomes the last one. */
  public void stamp(int index, long timestamp) {
    if (timed) {
      timestamps[index] = timestamp;
    } else if (timestamp != commonTimestamp) {
      differ(index, timestamp);
    }
  }

  private void differ(int index, long timestamp) {
    if (index == 0) {
      commonTimestamp = timestamp;
    } else {
      Arrays.fill(timestamps, 0, index, commonTimestamp);
      timestamps[index] = timestamp;
      timed = true;
    }
  }

  public long timestamp(int index) {
    return timed ? timestamps[index] : commonTimestamp;
  }

  public boolean isFull() {
    return size == CAPACITY;
  }

  /** Forgets the records, so that they can be collected, and gives the batch back. */
  public void release() {
    if (layout == null) {
      Arrays.fill(values, 0, size, null);
    }
    layout = null;
    size = 0;
    owner.recycle(this);
  }
}
