package io.millrace.runtime.task;

import io.millrace.core.types.TypeSerializer;
import io.millrace.core.types.UnsupportedTypeException;
import io.millrace.runtime.operators.Receiver;
import java.util.List;

/**
 * Hands a record to several consumers of the same output; all but the last get a copy unless the
 * value is immutable.
 */
public final class TeeReceiver<T> implements Receiver<T> {
  private final Receiver<T>[] receivers;
  private final TypeSerializer<T> serializer;
  private final String operator;

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic interface
  public TeeReceiver(List<Receiver<T>> receivers, TypeSerializer<T> serializer, String operator) {
    this.receivers = receivers.toArray(new Receiver[0]);
    this.serializer = serializer;
    this.operator = operator;
  }

  private T copy(T value) {
    try {
      return serializer.copy(value);
    } catch (UnsupportedTypeException e) {
      throw e.at("Operator " + operator + " emits what can't be copied for its consumers");
    }
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    int last = receivers.length - 1;
    for (int i = 0; i < last; i++) {
      receivers[i].process(copy(value), timestamp);
    }
    receivers[last].process(value, timestamp);
  }
}
