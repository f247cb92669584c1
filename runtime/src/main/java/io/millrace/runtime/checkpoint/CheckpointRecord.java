package io.millrace.runtime.checkpoint;

import io.millrace.runtime.id.CheckpointId;
import java.util.List;
import java.util.Optional;

/**
 * What became of a checkpoint, for people.
 *
 * @param triggeredMillis since the epoch
 * @param location empty unless completed
 * @param failure empty unless failed
 * @param shares of the vertices, by index
 */
public record CheckpointRecord(
    CheckpointId id,
    CheckpointKind kind,
    Status status,
    long triggeredMillis,
    long durationMillis,
    long bytes,
    Optional<String> location,
    Optional<String> failure,
    List<CheckpointShare> shares) {
  public CheckpointRecord {
    shares = List.copyOf(shares);
  }

  /** Whether a barrier has overtaken records in some subtask that is done. */
  public boolean unaligned() {
    return shares.stream().anyMatch(share -> share.longest().unaligned());
  }

  /** Bytes of records in flight that are part of it. */
  public long channelBytes() {
    return shares.stream().mapToLong(CheckpointShare::channelBytes).sum();
  }

  /** What became of it. */
  public enum Status {
    IN_PROGRESS,
    COMPLETED,
    FAILED
  }
}
