package io.millrace.runtime.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a user can do when a checkpoint can't be read. The engine never takes an older one by itself
 * (invariant HA4): results that were committed since would come twice.
 */
public final class UnreadableCheckpoint {
  private UnreadableCheckpoint() {}

  /**
   * @param retained the job's checkpoints by ascending id
   * @param directory of the one that can't be read
   */
  public static String remedy(List<RetainedCheckpoint> retained, String directory) {
    List<RetainedCheckpoint> older = new ArrayList<>();
    for (RetainedCheckpoint checkpoint : retained) {
      if (checkpoint.directory().equals(directory)) {
        break;
      }
      older.add(checkpoint);
    }
    Collections.reverse(older);
    if (older.isEmpty()) {
      return "No older checkpoint of the job is kept. Restore the file from a backup, or start the"
          + " job from a savepoint: millrace run --from SAVEPOINT JAR";
    }
    String others =
        older.stream().skip(1).map(RetainedCheckpoint::directory).collect(Collectors.joining(", "));
    return "Nothing is deleted, and no older checkpoint is taken by itself, because what was"
        + " committed since would come again. Restore the file from a backup; or, if that may be,"
        + " start from checkpoint "
        + older.get(0).id()
        + ", the next older one: millrace run --from "
        + older.get(0).directory()
        + " JAR"
        + (others.isEmpty() ? "" : " (still older: " + others + ")");
  }
}
