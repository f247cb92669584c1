package io.millrace.connectors.kafka;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What one poll of the consumer found, handed from the fetcher's thread to the subtask's. */
record Fetch(List<Part> parts) {
  /**
   * News of one split.
   *
   * @param records in offset order, none at or behind the stopping offset
   * @param nextOffset where reading goes on after them; markers and aborted records lie between
   * @param end what the split came to
   */
  record Part(
      String splitId, List<ConsumerRecord<byte[], byte[]>> records, long nextOffset, End end) {}

  /** What comes after a part's records. */
  enum End {
    MORE,
    /** Nothing visible is left at the broker for now. */
    EMPTY,
    /** The stopping offset was reached. */
    FINISHED
  }
}
