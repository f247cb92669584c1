package io.millrace.runtime.checkpoint;

import io.millrace.runtime.id.CheckpointId;
import java.util.Optional;

/**
 * What became of a checkpoint, for people.
 *
 * @param triggeredMillis since the epoch
 * @param location empty unless completed
 * @param failure empty unless failed
 */
public record CheckpointRecord(
    CheckpointId id,
    CheckpointKind kind,
    Status status,
    long triggeredMillis,
    long durationMillis,
    long bytes,
    Optional<String> location,
    Optional<String> failure) {
  /** What became of it. */
  public enum Status {
    IN_PROGRESS,
    COMPLETED,
    FAILED
  }
}
