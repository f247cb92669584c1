package io.millrace.runtime.exchange;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import java.util.Arrays;

/**
 * A column of byte strings, one behind the other in one array. Rows are added in order: each ends
 * where the next one begins.
 */
public final class BytesVector extends ColumnVector {
  private static final int FIRST_BYTES = 4 << 10;

  /** An array that grew larger is not kept for the next use of the batch. */
  private static final int RETAINED_BYTES = 256 << 10;

  private final int[] offsets = new int[RecordBatch.CAPACITY + 1];
  private byte[] bytes = {};

  BytesVector() {}

  /** The array that the rows are in; valid until the next row is added. */
  public byte[] array() {
    return bytes;
  }

  /** Where a row begins. */
  public int offset(int row) {
    return offsets[row];
  }

  public int length(int row) {
    return offsets[row + 1] - offsets[row];
  }

  /**
   * Adds a row.
   *
   * @param row how many there are
   */
  public void add(int row, byte[] source, int offset, int length) {
    int start = offsets[row];
    ensure(start, length);
    System.arraycopy(source, offset, bytes, start, length);
    offsets[row + 1] = start + length;
  }

  /** Adds a row that is null. */
  public void addNull(int row) {
    offsets[row + 1] = offsets[row];
    markNull(row);
  }

  private void ensure(int used, int more) {
    long wanted = (long) used + more;
    if (wanted > bytes.length) {
      if (wanted > Integer.MAX_VALUE - 16) {
        throw new IllegalStateException("A batch can't hold a column of more than 2 GiB");
      }
      long grown = Math.max(Math.max(FIRST_BYTES, wanted), bytes.length + (bytes.length >> 1));
      bytes = Arrays.copyOf(bytes, (int) Math.min(grown, Integer.MAX_VALUE - 16));
    }
  }

  @Override
  void clear() {
    super.clear();
    if (bytes.length > RETAINED_BYTES) {
      bytes = new byte[0];
    }
  }

  @Override
  void appendValues(int at, ColumnVector source, int[] rows, int from, int count) {
    BytesVector other = (BytesVector) source;
    for (int i = 0; i < count; i++) {
      int row = rows[from + i];
      add(at + i, other.bytes, other.offsets[row], other.length(row));
    }
  }

  @Override
  int encodedBytes(int row) {
    return Integer.BYTES + length(row);
  }

  @Override
  void writeValues(int from, int to, BinaryWriter out) {
    for (int row = from; row < to; row++) {
      out.writeInt(length(row));
    }
    out.writeBytes(bytes, offsets[from], offsets[to] - offsets[from]);
  }

  @Override
  void readValues(int count, BinaryReader in) {
    long end = 0;
    for (int row = 0; row < count; row++) {
      int length = in.readInt();
      end += length;
      // Checked before anything is allocated for it.
      if (length < 0 || end > in.remaining()) {
        throw new CorruptDataException(
            "A row of " + length + " bytes with " + in.remaining() + " bytes left");
      }
      offsets[row + 1] = (int) end;
    }
    ensure(0, (int) end);
    in.readBytes(bytes, 0, (int) end);
  }
}
