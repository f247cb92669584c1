package io.millrace.testkit.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A model of a broker with transactions: partitions of input that fill as time goes by, and one
 * output topic. A transactional id has one transaction at a time; what is committed can't be taken
 * back, what is aborted can't be committed.
 */
final class Broker {
  private enum State {
    OPEN,
    PREPARED,
    COMMITTED,
    ABORTED
  }

  private static final class Transaction {
    final List<Ledger> records = new ArrayList<>();
    State state = State.OPEN;
    long checkpoint;
  }

  private final World world;
  private final List<List<InputRecord>> partitions = new ArrayList<>();
  private final TreeMap<String, Transaction> transactions = new TreeMap<>();
  private final List<Ledger> committed = new ArrayList<>();
  private final long start;
  private final long intervalMicros;
  private final long burst;
  private boolean restHeldBack = true;

  /** Highest checkpoint whose pointer is known to have been written: what may be committed. */
  private long durableCheckpoint;

  Broker(World world, int partitionCount, int recordsEach, int keys, long intervalMicros) {
    this.world = world;
    this.start = world.micros();
    this.intervalMicros = intervalMicros;
    this.burst = world.chance(0.5) ? 1 : world.between(2, 40);
    // Other keys for each seed, so that every key group has its turn.
    long firstKey = world.between(0, 1_000_000);
    long id = 0;
    for (int p = 0; p < partitionCount; p++) {
      List<InputRecord> records = new ArrayList<>();
      for (int i = 0; i < recordsEach; i++) {
        records.add(new InputRecord(id++, firstKey + world.between(0, keys - 1)));
      }
      partitions.add(records);
    }
  }

  int partitionCount() {
    return partitions.size();
  }

  List<InputRecord> partition(int index) {
    return partitions.get(index);
  }

  /**
   * Records of a partition that are there by now; the last third only once the run has seen enough.
   */
  int available(int index) {
    int size = partitions.get(index).size();
    long byNow = (world.micros() - start) / intervalMicros / burst * burst;
    return (int) Math.min(restHeldBack ? size - size / 3 : size, byNow);
  }

  void releaseRest() {
    restHeldBack = false;
  }

  long intervalMicros() {
    return intervalMicros;
  }

  List<Ledger> committed() {
    return committed;
  }

  void pointerWritten(long checkpoint) {
    durableCheckpoint = Math.max(durableCheckpoint, checkpoint);
  }

  void begin(String id) {
    if (transactions.put(id, new Transaction()) != null) {
      world.violated("transactional id " + id + " was used twice");
    }
  }

  void append(String id, Ledger record) {
    Transaction transaction = transactions.get(id);
    if (transaction.state == State.ABORTED) {
      throw new IllegalStateException("Producer fenced: " + id);
    }
    if (transaction.state != State.OPEN) {
      world.violated("a record was added to the " + transaction.state + " transaction " + id);
    }
    transaction.records.add(record);
  }

  void prepare(String id, long checkpoint) {
    Transaction transaction = transactions.get(id);
    if (transaction.state == State.ABORTED) {
      throw new IllegalStateException("Producer fenced: " + id);
    }
    transaction.state = State.PREPARED;
    transaction.checkpoint = checkpoint;
  }

  void commit(String id) {
    Transaction transaction = transactions.get(id);
    switch (transaction.state) {
      case COMMITTED -> {} // K7: a commit may come again
      case ABORTED -> {
        world.violated(
            "prepared transaction " + id + " was aborted before its commit: data is lost");
        throw new IllegalStateException("Invalid transaction state: " + id);
      }
      case OPEN -> world.violated("transaction " + id + " was committed before it was prepared");
      case PREPARED -> {
        if (transaction.checkpoint > durableCheckpoint) {
          world.violated(
              "transaction "
                  + id
                  + " of checkpoint "
                  + transaction.checkpoint
                  + " was committed, but only "
                  + durableCheckpoint
                  + " is durable");
        }
        transaction.state = State.COMMITTED;
        committed.addAll(transaction.records);
      }
    }
  }

  void abort(String id) {
    Transaction transaction = transactions.get(id);
    if (transaction.state == State.OPEN || transaction.state == State.PREPARED) {
      transaction.state = State.ABORTED;
    }
  }

  List<String> unfinished() {
    List<String> ids = new ArrayList<>();
    transactions.forEach(
        (id, transaction) -> {
          if (transaction.state == State.OPEN || transaction.state == State.PREPARED) {
            ids.add(id);
          }
        });
    return ids;
  }
}
