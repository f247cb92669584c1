package io.millrace.connectors.kafka;

import io.millrace.testing.kafka.KafkaBroker;
import java.io.IOException;
import java.io.UncheckedIOException;

/** One broker of each kind for all tests of this JVM; they die with it. */
final class SharedBroker {
  private SharedBroker() {}

  static KafkaBroker get() {
    return Holder.BROKER;
  }

  /** One with the transactions of Kafka before 4.0; tests may kill it, and restart it then. */
  static KafkaBroker old() {
    return OldHolder.BROKER;
  }

  static KafkaBroker withTransactionVersion(int version) {
    return version == 2 ? get() : old();
  }

  private static KafkaBroker start(int transactionVersion) {
    try {
      return KafkaBroker.builder().transactionVersion(transactionVersion).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Holder {
    private static final KafkaBroker BROKER = start(2);
  }

  private static final class OldHolder {
    private static final KafkaBroker BROKER = start(1);
  }
}
