package io.millrace.runtime.state.rocksdb;

/**
 * Whether it is worth reading the entries of a batch together before it is processed: whether the
 * batch before wanted many that the cache had not. User code need not ask a state at every record,
 * so what was read for nothing speaks against it. Owned by the task thread.
 */
final class ReadAhead {
  /** Looking for a batch's keys beforehand costs what a read saves for one in so many. */
  private static final int ONE_IN = 8;

  private static final int LEAST_RECORDS = 16;

  /** What is read together is on the heap beside the cache, for a moment. */
  private static final int MOST_BYTES = 1 << 20;

  /** Fewer are not worth the call. */
  private static final int LEAST_ENTRIES = 8;

  private int records;
  private int missed;
  private int used;

  /** A batch begins; whether its entries are to be read together. */
  boolean begins(int recordsOfBatch) {
    boolean worth =
        recordsOfBatch >= LEAST_RECORDS
            && records >= LEAST_RECORDS
            && missed + used >= records / ONE_IN;
    records = recordsOfBatch;
    missed = 0;
    used = 0;
    return worth;
  }

  /**
   * How many entries may be read together, 0 for none: large ones, such as long lists, are not.
   *
   * @param averageBytes of an entry
   */
  static int most(int averageBytes) {
    int most = MOST_BYTES / Math.max(1, averageBytes);
    return most < LEAST_ENTRIES ? 0 : most;
  }

  /** Whether so many are worth it. */
  static boolean isWorth(int entries) {
    return entries >= LEAST_ENTRIES;
  }

  /** An entry was read alone. */
  void missed() {
    missed++;
  }

  /** An entry was used that nobody had used since it was read, or since the hand last came by. */
  void used() {
    used++;
  }
}
