package io.millrace.runtime.task;

import io.millrace.core.types.TypeSerializer;
import io.millrace.core.types.UnsupportedTypeException;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.OutputChannel;

/** An output of records as objects. */
public abstract class ObjectOutput<T> extends EdgeOutput<T> {
  /** The batch being filled for each channel; null while the channel has no room. */
  protected final ObjectBatch[] filling;

  private final TypeSerializer<T> serializer;
  private final boolean copies;

  protected ObjectOutput(Setup<T> setup) {
    this(setup, new ObjectBatch[setup.channels().length]);
  }

  private ObjectOutput(Setup<T> setup, ObjectBatch[] filling) {
    super(setup, filling);
    this.filling = filling;
    this.serializer = setup.type().serializer();
    boolean shares = false;
    for (OutputChannel channel : setup.channels()) {
      shares |= channel.sharesObjects();
    }
    this.copies = shares && !serializer.isImmutable();
  }

  /** The value as it may cross: itself if it is immutable or serialised anyway, else a copy. */
  protected final T crossing(T value) {
    try {
      return copies ? serializer.copy(value) : value;
    } catch (UnsupportedTypeException e) {
      throw refused(e);
    }
  }

  /** The batch to add to when the channel had none. */
  protected final ObjectBatch beyond(int channel) {
    takeBeyond(channel);
    return filling[channel];
  }
}
