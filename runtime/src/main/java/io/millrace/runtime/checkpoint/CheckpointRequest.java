package io.millrace.runtime.checkpoint;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A checkpoint that is wanted.
 *
 * @param requestId the user's request it answers
 * @param parent directory in which a savepoint's directory is made; the job's own if empty
 */
public record CheckpointRequest(
    CheckpointKind kind, OptionalLong requestId, Optional<String> parent) {
  public static final CheckpointRequest PERIODIC = of(CheckpointKind.PERIODIC);
  public static final CheckpointRequest FINAL = of(CheckpointKind.FINAL);

  public static CheckpointRequest savepoint(
      CheckpointKind kind, long requestId, Optional<String> parent) {
    return new CheckpointRequest(kind, OptionalLong.of(requestId), parent);
  }

  private static CheckpointRequest of(CheckpointKind kind) {
    return new CheckpointRequest(kind, OptionalLong.empty(), Optional.empty());
  }
}
