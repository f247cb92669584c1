package io.millrace.runtime.task;

import io.millrace.core.types.RowLayout;
import io.millrace.core.types.TypeSerializer;
import io.millrace.core.types.UnsupportedTypeException;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.ObjectLayout;
import io.millrace.runtime.exchange.OutputChannel;
import io.millrace.runtime.exchange.RecordBatch;
import java.util.Optional;

/** An output of records as objects. */
public abstract class ObjectOutput<T> extends EdgeOutput<T> {
  /** The batch being filled for each channel; null while the channel has no room. */
  protected final ObjectBatch[] filling;

  private final TypeSerializer<T> serializer;
  private final Optional<? extends RowLayout<T>> rows;
  private final boolean copies;

  protected ObjectOutput(Setup<T> setup) {
    this(setup, new ObjectBatch[setup.channels().length]);
  }

  private ObjectOutput(Setup<T> setup, ObjectBatch[] filling) {
    super(setup, filling, hashesTravel(setup), setup.longKeys() && !isTakenApart(setup));
    this.rows = ObjectLayout.rows(setup.type());
    this.filling = filling;
    this.serializer = setup.type().serializer();
    boolean shares = false;
    for (OutputChannel channel : setup.channels()) {
      shares |= channel.sharesObjects();
    }
    this.copies = shares && !serializer.isImmutable();
  }

  /** Whether key hashes are in the batches: not where the consumer has them cheaper itself. */
  private static boolean hashesTravel(Setup<?> setup) {
    return setup.keyed()
        && ObjectLayout.rows(setup.type())
            .map(row -> !setup.longKeys() && row.references() > 0)
            .orElse(true);
  }

  private static boolean isTakenApart(Setup<?> setup) {
    return ObjectLayout.rows(setup.type()).isPresent();
  }

  @Override
  protected final void begin(RecordBatch batch) {
    ((ObjectBatch) batch).begin(rows);
  }

  /** The value as it may cross: itself if it is immutable or serialised anyway, else a copy. */
  protected final T crossing(T value) {
    try {
      return copies ? serializer.copy(value) : value;
    } catch (UnsupportedTypeException e) {
      throw refused(e);
    }
  }

  /** A value that is to be taken apart, which null can't be. */
  protected final T present(T value) {
    if (value == null) {
      throw new NullPointerException(
          "Operator "
              + name()
              + " emits null, which can't be sent on. Leave it out (a filter, or no call of collect)");
    }
    return value;
  }

  /** The batch to add to when the channel had none. */
  protected final ObjectBatch beyond(int channel) {
    takeBeyond(channel);
    return filling[channel];
  }
}
