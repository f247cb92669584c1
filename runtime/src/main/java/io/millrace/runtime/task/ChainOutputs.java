package io.millrace.runtime.task;

import io.millrace.runtime.exchange.ChannelEvent;
import java.util.List;
import java.util.Optional;

/** The outputs of a chain at all its edges. Subtask's thread only. */
final class ChainOutputs {
  private final EdgeOutput<?>[] outputs;

  ChainOutputs(List<EdgeOutput<?>> outputs) {
    this.outputs = outputs.toArray(new EdgeOutput<?>[0]);
  }

  boolean regainRoom() {
    boolean all = true;
    for (EdgeOutput<?> output : outputs) {
      all &= output.regainRoom();
    }
    return all;
  }

  void flush() {
    for (EdgeOutput<?> output : outputs) {
      output.flush();
    }
  }

  void watermark(long timestamp) {
    for (EdgeOutput<?> output : outputs) {
      output.watermark(timestamp);
    }
  }

  void event(ChannelEvent event) {
    for (EdgeOutput<?> output : outputs) {
      output.event(event);
    }
  }

  Optional<Throwable> failure() {
    for (EdgeOutput<?> output : outputs) {
      Optional<Throwable> failure = output.failure();
      if (failure.isPresent()) {
        return failure;
      }
    }
    return Optional.empty();
  }

  long recordsSent() {
    long sum = 0;
    for (EdgeOutput<?> output : outputs) {
      sum += output.recordsSent();
    }
    return sum;
  }

  void close() {
    for (EdgeOutput<?> output : outputs) {
      output.close();
    }
  }
}
