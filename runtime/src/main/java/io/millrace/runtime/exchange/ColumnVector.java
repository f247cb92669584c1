package io.millrace.runtime.exchange;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import java.util.Arrays;

/**
 * The values of one column in a batch, and which of them are null. The bitmap is all zero as long
 * as {@link #hasNulls} is false, so columns without nulls pay for one look a batch.
 */
public abstract sealed class ColumnVector permits LongVector, DoubleVector, BytesVector {
  private static final int WORDS = RecordBatch.CAPACITY >>> 6;

  private final long[] nulls = new long[WORDS];
  private boolean hasNulls;

  /** Whether some row may be null: asked once a batch. */
  public final boolean hasNulls() {
    return hasNulls;
  }

  public final boolean isNull(int row) {
    return (nulls[row >>> 6] >>> row & 1) != 0;
  }

  final void markNull(int row) {
    nulls[row >>> 6] |= 1L << row;
    hasNulls = true;
  }

  void clear() {
    if (hasNulls) {
      Arrays.fill(nulls, 0);
      hasNulls = false;
    }
  }

  /**
   * Adds rows of a vector of the same type behind those that are there.
   *
   * @param at how many there are
   * @param rows numbers of the source's rows; {@code count} of them, from {@code from} on
   */
  final void append(int at, ColumnVector source, int[] rows, int from, int count) {
    appendValues(at, source, rows, from, count);
    if (source.hasNulls) {
      for (int i = 0; i < count; i++) {
        if (source.isNull(rows[from + i])) {
          markNull(at + i);
        }
      }
    }
  }

  abstract void appendValues(int at, ColumnVector source, int[] rows, int from, int count);

  /** Bytes of a row on the wire, but for the null bitmap. */
  abstract int encodedBytes(int row);

  /** Writes the rows from {@code from} to {@code to}, that one excluded. */
  public final void write(int from, int to, BinaryWriter out) {
    out.writeBoolean(hasNulls);
    if (hasNulls) {
      for (int base = from; base < to; base += Byte.SIZE) {
        int bits = 0;
        for (int row = base; row < Math.min(to, base + Byte.SIZE); row++) {
          bits |= isNull(row) ? 1 << (row - base) : 0;
        }
        out.writeByte(bits);
      }
    }
    writeValues(from, to, out);
  }

  abstract void writeValues(int from, int to, BinaryWriter out);

  /**
   * Reads what {@link #write} wrote of {@code count} rows into an empty vector.
   *
   * @throws CorruptDataException if the bytes are not that
   */
  public final void read(int count, BinaryReader in) {
    if (in.readPresence()) {
      for (int base = 0; base < count; base += Byte.SIZE) {
        int bits = in.readByte() & 0xff;
        if (count - base < Byte.SIZE && bits >>> (count - base) != 0) {
          throw new CorruptDataException("A null behind the last row");
        }
        while (bits != 0) {
          markNull(base + Integer.numberOfTrailingZeros(bits));
          bits &= bits - 1;
        }
      }
    }
    readValues(count, in);
  }

  abstract void readValues(int count, BinaryReader in);
}
