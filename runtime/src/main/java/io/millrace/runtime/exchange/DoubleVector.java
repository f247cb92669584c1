package io.millrace.runtime.exchange;

import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;

/** A column of floating-point numbers. */
public final class DoubleVector extends ColumnVector {
  /** By row; anything where a row is null. */
  public final double[] values = new double[RecordBatch.CAPACITY];

  DoubleVector() {}

  public void setNull(int row) {
    values[row] = 0;
    markNull(row);
  }

  @Override
  void appendValues(int at, ColumnVector source, int[] rows, int from, int count) {
    double[] to = values;
    double[] of = ((DoubleVector) source).values;
    for (int i = 0; i < count; i++) {
      to[at + i] = of[rows[from + i]];
    }
  }

  @Override
  int encodedBytes(int row) {
    return Double.BYTES;
  }

  @Override
  void writeValues(int from, int to, BinaryWriter out) {
    for (int row = from; row < to; row++) {
      out.writeDouble(values[row]);
    }
  }

  @Override
  void readValues(int count, BinaryReader in) {
    for (int row = 0; row < count; row++) {
      values[row] = in.readDouble();
    }
  }
}
