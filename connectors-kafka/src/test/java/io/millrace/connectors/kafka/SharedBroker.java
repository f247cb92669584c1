package io.millrace.connectors.kafka;

import io.millrace.testing.kafka.KafkaBroker;
import java.io.IOException;
import java.io.UncheckedIOException;

/** One broker for all tests of this JVM; it dies with it. */
final class SharedBroker {
  private SharedBroker() {}

  static KafkaBroker get() {
    return Holder.BROKER;
  }

  private static final class Holder {
    private static final KafkaBroker BROKER = start();

    private static KafkaBroker start() {
      try {
        return KafkaBroker.start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
