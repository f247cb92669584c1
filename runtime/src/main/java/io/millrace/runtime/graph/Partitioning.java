package io.millrace.runtime.graph;

/** How records find their channel on an edge. */
public enum Partitioning {
  /** Subtask i to subtask i; equal parallelism, never chained (else there would be no edge). */
  FORWARD(true),
  /** By key group. */
  HASH(false),
  /** Round-robin over all. */
  REBALANCE(false),
  /** Round-robin over a local group of consumers. */
  RESCALE(true),
  /** Every record to every consumer. */
  BROADCAST(false),
  /** Everything to subtask 0. */
  GLOBAL(false),
  /** By a user's partitioner. */
  CUSTOM(false);

  private final boolean pointwise;

  Partitioning(boolean pointwise) {
    this.pointwise = pointwise;
  }

  /** Whether a producer is connected to some of the consumers only. */
  public boolean isPointwise() {
    return pointwise;
  }

  /**
   * Whether a barrier may overtake records on such an edge: only where they can be shared out anew
   * at another parallelism (invariants BA10, BA11).
   */
  public boolean mayBeOvertaken() {
    return switch (this) {
      case HASH, REBALANCE, GLOBAL -> true;
      case FORWARD, RESCALE, BROADCAST, CUSTOM -> false;
    };
  }

  /** Whether this producer has a channel to this consumer. */
  public boolean connects(int producer, int producers, int consumer, int consumers) {
    return switch (this) {
      case FORWARD -> producer == consumer;
      case RESCALE ->
          producers >= consumers
              ? (int) ((long) producer * consumers / producers) == consumer
              : (int) ((long) consumer * producers / consumers) == producer;
      case HASH, REBALANCE, BROADCAST, GLOBAL, CUSTOM -> true;
    };
  }
}
