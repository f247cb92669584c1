package io.millrace.connectors.kafka;

import java.io.Serializable;
import java.util.Objects;

/** What becomes of a record whose bytes can't be deserialised. */
public sealed interface ErrorPolicy extends Serializable {

  /** The job fails and says where the record is and how it begins. The default. */
  static ErrorPolicy fail() {
    return new Fail();
  }

  /** The record is passed over and counted as {@code kafka.records.skipped}. */
  static ErrorPolicy skip() {
    return new Skip();
  }

  /**
   * The record's key, value and headers go to this topic, with headers {@code
   * millrace.origin.topic}, {@code .partition}, {@code .offset} and {@code millrace.exception}
   * added, and are counted as {@code kafka.records.dead-lettered}. At least once: what was read
   * again after a failure is written again.
   */
  static ErrorPolicy deadLetter(String topic) {
    return new DeadLetter(topic);
  }

  /** See {@link #fail}. */
  record Fail() implements ErrorPolicy {}

  /** See {@link #skip}. */
  record Skip() implements ErrorPolicy {}

  /** See {@link #deadLetter}. */
  record DeadLetter(String topic) implements ErrorPolicy {
    public DeadLetter {
      Objects.requireNonNull(topic, "topic");
    }
  }
}
