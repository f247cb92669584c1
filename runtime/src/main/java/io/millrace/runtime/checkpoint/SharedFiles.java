package io.millrace.runtime.checkpoint;

import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import java.util.Optional;

/**
 * Names of files that checkpoints share. A name has the attempt that made the file and the
 * checkpoint it was made for, so that it is never given to another content (invariants CC10, CC11),
 * and so that it is known when nobody can be about to use it.
 */
public final class SharedFiles {
  static final String DIRECTORY = "shared";

  private SharedFiles() {}

  /**
   * @param checkpointDirectory of the checkpoint that the file is made for
   * @param operator the operator's place in its subtask
   * @param name of the file where it comes from
   */
  public static String path(
      String checkpointDirectory,
      AttemptId attempt,
      int operator,
      CheckpointId checkpoint,
      String name) {
    String root = checkpointDirectory.substring(0, checkpointDirectory.lastIndexOf('/') + 1);
    return root
        + DIRECTORY
        + "/"
        + checkpoint
        + "-"
        + attempt.subtask().vertex()
        + "-"
        + attempt.subtask().index()
        + "-"
        + attempt.attempt()
        + "-"
        + operator
        + "-"
        + name;
  }

  /** The checkpoint that a file was made for; empty if its name is none of these. */
  static Optional<CheckpointId> checkpointOf(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    try {
      long number = Long.parseLong(name.substring(0, Math.max(0, name.indexOf('-'))));
      return Optional.of(new CheckpointId(number));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
