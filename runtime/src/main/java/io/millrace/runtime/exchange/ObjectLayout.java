package io.millrace.runtime.exchange;

import io.millrace.core.types.TypeSerializer;
import java.util.Objects;

/**
 * Values as objects.
 *
 * @param serializer writes them where they leave the process
 */
public record ObjectLayout(TypeSerializer<?> serializer) implements BatchLayout {
  public ObjectLayout {
    Objects.requireNonNull(serializer, "serializer");
  }

  @Override
  public ObjectBatch newBatch(RecordBatch.BatchOwner owner) {
    return new ObjectBatch(owner);
  }

  @Override
  public boolean sharesBatchesWith(BatchLayout other) {
    return other instanceof ObjectLayout;
  }
}
