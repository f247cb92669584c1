package io.millrace.runtime.exchange;

import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.RowLayout;
import java.util.Arrays;
import java.util.Optional;

/**
 * Records on their way between two subtasks: values, timestamps and, on keyed edges, the key hashes
 * and (for integer keys) the keys. Values that can be taken apart (primitives, records of
 * primitives and immutable objects) cross as their fields: neither end needs an object for the
 * record then. What one core writes and another reads is the dearest memory there is, so what can
 * be had otherwise isn't there: integer keys of such values, and any of those of words alone, are
 * selected again by the consumer, and a timestamp that all have in common is one. The unit of every
 * hand-over. Owned by one thread at a time; whoever received it gives it back to its {@link
 * BatchOwner}. Fields are open to the engine's inner loops.
 */
public final class RecordBatch {
  /** Most records of a batch. */
  public static final int CAPACITY = 512;

  private static final long[] NO_ROWS = {};

  /** Records of a full batch. */
  public final int capacity;

  /**
   * The values, filled up to {@link #size}; of values that are taken apart their references, as
   * many each as the layout says.
   */
  public Object[] values;

  /** How values are taken apart; null if they are objects. */
  public RowLayout<Object> layout;

  /** The words of values that are taken apart, as many each as the layout says. */
  public long[] rows = NO_ROWS;

  /** The event timestamp of all records, unless they are {@link #timed}. */
  public long commonTimestamp = TimestampAssigner.NO_TIMESTAMP;

  /**
   * Event timestamps in milliseconds, {@link TimestampAssigner#NO_TIMESTAMP} for none; only if
   * {@link #timed}.
   */
  public final long[] timestamps;

  /** Whether the records have different timestamps. */
  public boolean timed;

  /**
   * Hashes of the keys' canonical encoding, computed once by the sender; only if {@link #keyed}.
   */
  public final int[] hashes;

  /** The keys themselves; only if {@link #longKeys}. */
  public final long[] keys;

  public int size;
  public boolean keyed;
  public boolean longKeys;

  /** Which of its owner's channels this batch is in flight on. */
  int channel;

  /** Never looked at: it keeps {@link #touch} from being compiled to nothing. */
  private int touched;

  private final BatchOwner owner;

  /** Of the most records. */
  public RecordBatch(BatchOwner owner) {
    this(owner, CAPACITY);
  }

  /**
   * @param capacity records of a full batch, at most {@link #CAPACITY}
   */
  public RecordBatch(BatchOwner owner, int capacity) {
    this.owner = owner;
    this.capacity = capacity;
    this.values = new Object[capacity];
    this.timestamps = new long[capacity];
    this.hashes = new int[capacity];
    this.keys = new long[capacity];
  }

  /** Takes back batches that were consumed; called by the consuming thread. */
  public interface BatchOwner {
    void recycle(RecordBatch batch);
  }

  /** Makes this an empty batch of values of that layout, or of objects. */
  @SuppressWarnings("unchecked") // the edge's type
  public void begin(Optional<? extends RowLayout<?>> form) {
    size = 0;
    timed = false;
    commonTimestamp = TimestampAssigner.NO_TIMESTAMP;
    layout = (RowLayout<Object>) form.orElse(null);
    if (layout != null) {
      if (rows.length < capacity * layout.words()) {
        rows = new long[capacity * layout.words()];
      }
      if (values.length < capacity * layout.references()) {
        values = new Object[capacity * layout.references()];
      }
    }
  }

  /** One of the values; for what is not an inner loop. */
  public Object value(int index) {
    return layout == null
        ? values[index]
        : layout.load(rows, index * layout.words(), values, index * layout.references());
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
    return size == capacity;
  }

  /**
   * Brings the records into the cache: misses of a loop that does nothing else overlap. Worth its
   * nanosecond a record where so much is in flight that they are not there anyway.
   */
  public void touch() {
    int found = 0;
    int count = size * (layout == null ? 1 : layout.references());
    for (int i = 0; i < count; i++) {
      Object value = values[i];
      if (value != null && value.getClass() == RecordBatch.class) {
        found++;
      }
    }
    touched = found;
  }

  /** Forgets the records, so that they can be collected, and gives the batch back. */
  public void release() {
    Arrays.fill(values, 0, size * (layout == null ? 1 : layout.references()), null);
    layout = null;
    size = 0;
    owner.recycle(this);
  }
}
