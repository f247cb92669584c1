package io.millrace.runtime.exchange;

import io.millrace.core.types.FlatLayout;
import io.millrace.core.types.KeyCodec;
import io.millrace.core.types.TypeInformation;
import io.millrace.core.types.TypeSchema;
import io.millrace.core.types.TypeSerializer;
import io.millrace.core.types.UnsupportedTypeException;
import java.util.List;
import java.util.Optional;

/**
 * The type of a stream whose operators take {@link ColumnarBatch}es, each as one value. Batches are
 * the exchange's: they are no values that could be kept in state or be keyed by as a whole.
 */
public final class ColumnarType extends TypeInformation<ColumnarBatch> {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // lists that List.copyOf makes are serializable, and so are columns
  private final List<Column> columns;

  private final boolean changes;

  /**
   * @param changes whether batches say of each row what change it is
   */
  public ColumnarType(List<Column> columns, boolean changes) {
    this.columns = List.copyOf(columns);
    this.changes = changes;
  }

  /**
   * The layout of an edge that is partitioned by a column, or by none.
   *
   * @param keyColumn {@link ColumnarLayout#NO_KEY} for none
   */
  public ColumnarLayout layout(int keyColumn) {
    return new ColumnarLayout(columns, keyColumn, changes);
  }

  /** A batch for an operator's own use: it is filled, handed on, cleared and filled again. */
  public ColumnarBatch newBatch() {
    return layout(ColumnarLayout.NO_KEY).newBatch(batch -> {}, RecordBatch.CAPACITY);
  }

  @Override
  public Class<ColumnarBatch> rawClass() {
    return ColumnarBatch.class;
  }

  @Override
  public TypeSerializer<ColumnarBatch> serializer() {
    throw refused("be copied or serialised one by one");
  }

  @Override
  public Optional<FlatLayout<ColumnarBatch>> flatLayout() {
    return Optional.empty();
  }

  @Override
  public KeyCodec<ColumnarBatch> keyCodec() {
    throw refused("be keys");
  }

  @Override
  public TypeSchema schema() {
    throw refused("be kept in state");
  }

  private static UnsupportedTypeException refused(String what) {
    return new UnsupportedTypeException(
        "Columnar batches can't " + what + ": take the columns' values instead");
  }
}
