package io.millrace.runtime.exchange;

import io.millrace.core.time.TimestampAssigner;
import io.millrace.core.types.RowLayout;
import java.util.Arrays;
import java.util.Optional;

/**
 * A batch of values, each with its timestamp: what the Java APIs exchange. Values that can be taken
 * apart (primitives, records of primitives and immutable objects) cross as their fields: neither
 * end needs an object for the record then. What one core writes and another reads is the dearest
 * memory there is, so what can be had otherwise isn't there: integer keys of such values, and any
 * of those of words alone, are selected again by the consumer, and a timestamp that all have in
 * common is one.
 */
public final class ObjectBatch extends RecordBatch {
  private static final long[] NO_ROWS = {};

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

  /** Never looked at: it keeps {@link #touch} from being compiled to nothing. */
  private int touched;

  /** Of the most records. */
  public ObjectBatch(BatchOwner owner) {
    this(owner, CAPACITY);
  }

  /**
   * @param capacity records of a full batch, at most {@link #CAPACITY}
   */
  public ObjectBatch(BatchOwner owner, int capacity) {
    super(owner, capacity, new long[capacity]);
    this.values = new Object[capacity];
    this.timestamps = new long[capacity];
  }

  /** Makes this an empty batch of values taken apart like that, or of objects. */
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

  /** Adds a record of another batch of the same edge; for what is not an inner loop. */
  public void append(ObjectBatch other, int index) {
    if (size == 0) {
      keyed = other.keyed;
      longKeys = other.longKeys;
      changes = other.changes;
    }
    if (layout == null) {
      values[size] = other.values[index];
    } else {
      layout.store(
          other.value(index), rows, size * layout.words(), values, size * layout.references());
    }
    hashes[size] = other.hashes[index];
    keys[size] = other.keys[index];
    kinds[size] = other.kinds[index];
    stamp(size, other.timestamp(index));
    size++;
  }

  public long timestamp(int index) {
    return timed ? timestamps[index] : commonTimestamp;
  }

  private int objects() {
    return size * (layout == null ? 1 : layout.references());
  }

  @Override
  public void touch() {
    int found = 0;
    int count = objects();
    for (int i = 0; i < count; i++) {
      Object value = values[i];
      if (value instanceof String string) {
        found += string.length();
      } else if (value != null && value.getClass() == ObjectBatch.class) {
        found++;
      }
    }
    touched = found;
  }

  @Override
  public void clear() {
    Arrays.fill(values, 0, objects(), null);
    begin(Optional.empty());
    changes = false;
  }
}
