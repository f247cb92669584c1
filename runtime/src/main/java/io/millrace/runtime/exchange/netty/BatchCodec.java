package io.millrace.runtime.exchange.netty;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.exchange.BatchLayout;
import io.millrace.runtime.exchange.ChangeKind;
import io.millrace.runtime.exchange.ColumnarLayout;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.RecordBatch;

/**
 * Turns batches of one layout into bytes and back. One for each edge of a subtask, shared by its
 * channels; for the subtask's thread only.
 *
 * <p>A frame holds a head (flags and count), the records, the hashes, the kinds of changes, and
 * what else there is in the layout.
 */
public abstract sealed class BatchCodec permits ObjectBatchCodec, ColumnarBatchCodec {
  private static final int KEYED = 1;
  private static final int CHANGES = 2;

  /** Flags from here on have a meaning of their own in each layout. */
  private static final int LAYOUT_FLAGS = 2;

  private static final int FIRST_BYTES = 16 << 10;
  private static final int RETAINED_BYTES = 1 << 20;

  private final BinaryReader reader;
  private final BatchStack batches;
  private BinaryWriter writer = new BinaryWriter(FIRST_BYTES);

  BatchCodec(BatchLayout layout, int capacity, ClassLoader classLoader) {
    this.batches = new BatchStack(layout, capacity);
    this.reader = new BinaryReader(new byte[0], classLoader);
  }

  /**
   * @param classLoader resolves class names in late-typed values: the job's
   */
  public static BatchCodec of(BatchLayout layout, ClassLoader classLoader) {
    return of(layout, RecordBatch.CAPACITY, classLoader);
  }

  /**
   * @param capacity records of a full batch, if the layout has a choice; whoever decodes needs room
   *     for what others send, {@link RecordBatch#CAPACITY}
   * @param classLoader resolves class names in late-typed values: the job's
   */
  public static BatchCodec of(BatchLayout layout, int capacity, ClassLoader classLoader) {
    if (layout instanceof ColumnarLayout columnar) {
      return new ColumnarBatchCodec(columnar, capacity, classLoader);
    }
    return new ObjectBatchCodec((ObjectLayout) layout, capacity, classLoader);
  }

  /** An empty batch. */
  final RecordBatch newBatch() {
    return batches.take();
  }

  /**
   * Writes records from {@code from} on until the frame has grown to {@code targetBytes}; at least
   * one record, however large (FC11).
   *
   * @return the first record that was not written
   */
  public final int encode(RecordBatch batch, int from, int targetBytes) {
    if (writer.array().length > RETAINED_BYTES) {
      writer = new BinaryWriter(FIRST_BYTES);
    }
    BinaryWriter out = writer;
    out.reset();
    out.writeInt(0);
    int to = writeRecords(batch, from, targetBytes, out);
    int flags = 0;
    if (batch.keyed) {
      flags |= KEYED;
      for (int i = from; i < to; i++) {
        out.writeInt(batch.hashes[i]);
      }
    }
    if (batch.changes) {
      flags |= CHANGES;
      out.writeBytes(batch.kinds, from, to - from);
    }
    flags |= writeRest(batch, from, to, out) << LAYOUT_FLAGS;
    out.setInt(0, flags << 16 | (to - from));
    return to;
  }

  /** As {@link #encode}, of the records alone. */
  abstract int writeRecords(RecordBatch batch, int from, int targetBytes, BinaryWriter out);

  /**
   * Writes what stands behind hashes and kinds; gives the layout's own flags, which {@link
   * #readRest} gets.
   */
  abstract int writeRest(RecordBatch batch, int from, int to, BinaryWriter out);

  /** What the last {@link #encode} wrote. */
  public final BinaryWriter encoded() {
    return writer;
  }

  /**
   * Reads a frame's records into a batch of this codec.
   *
   * @throws CorruptDataException if the bytes are not one whole frame
   */
  public final RecordBatch decode(byte[] bytes, int offset, int length) {
    BinaryReader in = reader;
    in.reset(bytes, offset, length);
    int head = in.readInt();
    int count = head & 0xffff;
    int flags = head >>> 16;
    boolean changes = (flags & CHANGES) != 0;
    if (count == 0 || count > RecordBatch.CAPACITY || !isKnown(changes, flags >>> LAYOUT_FLAGS)) {
      throw new CorruptDataException(
          "A batch of " + count + " records with flags 0x" + Integer.toHexString(flags));
    }
    RecordBatch batch = batches.take();
    try {
      readRecords(batch, count, in);
      batch.keyed = (flags & KEYED) != 0;
      if (batch.keyed) {
        for (int i = 0; i < count; i++) {
          batch.hashes[i] = in.readInt();
        }
      }
      batch.changes = changes;
      if (changes) {
        readKinds(batch.kinds, count, in);
      }
      readRest(batch, count, flags >>> LAYOUT_FLAGS, in);
      if (in.remaining() != 0) {
        throw new CorruptDataException(in.remaining() + " bytes after the last record");
      }
      return batch;
    } catch (RuntimeException e) {
      batch.release();
      throw e;
    }
  }

  private static void readKinds(byte[] kinds, int count, BinaryReader in) {
    in.readBytes(kinds, 0, count);
    for (int i = 0; i < count; i++) {
      if (!ChangeKind.isCode(kinds[i])) {
        throw new CorruptDataException("A change of kind " + kinds[i]);
      }
    }
  }

  abstract boolean isKnown(boolean changes, int layoutFlags);

  /** Reads into an empty batch and says its size. */
  abstract void readRecords(RecordBatch batch, int count, BinaryReader in);

  abstract void readRest(RecordBatch batch, int count, int layoutFlags, BinaryReader in);
}
