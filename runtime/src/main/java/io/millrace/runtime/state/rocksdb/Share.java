package io.millrace.runtime.state.rocksdb;

/**
 * How much of a long piece of work is done at a time: so many entries, bytes of them that are
 * written, and slots that are looked at to find them. Takes about a millisecond at most, unless an
 * entry is large. One at a time; for the task thread.
 */
final class Share {
  /** Of entries that are written; one more than that is. */
  private static final long BYTES = 1 << 18;

  /** Some 0.5 ms. */
  private static final int SLOTS = 1 << 17;

  private final DirtyBatch batch;
  private int entries;
  private long lastByte;
  private int slots;

  Share(DirtyBatch batch) {
    this.batch = batch;
  }

  /** Begins another share. */
  void begin(int maxEntries) {
    entries = maxEntries;
    lastByte = batch.bytesCollected() + BYTES;
    slots = SLOTS;
  }

  /** Looks at as many slots again. */
  void lookAgain() {
    slots = SLOTS;
  }

  /** Entries that may still be written or removed. */
  int entries() {
    return batch.bytesCollected() < lastByte ? entries : 0;
  }

  /** Whether nothing more is to be done. */
  boolean isSpent() {
    return entries() <= 0 || slots <= 0;
  }

  /** Whether so many slots were looked at that what is found is taken as it comes. */
  boolean isImpatient() {
    return slots < SLOTS / 2;
  }

  void tookEntry() {
    entries--;
  }

  void looked(int count) {
    slots -= count;
  }
}
