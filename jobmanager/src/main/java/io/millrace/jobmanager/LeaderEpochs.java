package io.millrace.jobmanager;

import io.millrace.core.storage.FileStore;
import io.millrace.runtime.id.LeaderEpoch;
import java.io.IOException;
import java.util.List;

/**
 * Gives each start of a JobManager on an HA directory an epoch of its own, larger than all before.
 * The file of an epoch is made only if it is not there, so two starts never get the same one.
 */
public final class LeaderEpochs {
  private static final String DIRECTORY = "epochs";

  private LeaderEpochs() {}

  /** Durable when it returns. */
  public static LeaderEpoch claim(FileStore files) throws IOException {
    List<String> taken = files.list(DIRECTORY);
    long next = taken.stream().mapToLong(LeaderEpochs::number).max().orElse(0) + 1;
    while (true) {
      try (FileStore.PendingFile file = files.create(DIRECTORY + "/" + next)) {
        if (file.commitIfAbsent()) {
          break;
        }
      }
      next++;
    }
    for (String former : taken) {
      files.delete(former);
    }
    return new LeaderEpoch(next);
  }

  private static long number(String path) {
    try {
      return Long.parseLong(path.substring(path.lastIndexOf('/') + 1));
    } catch (NumberFormatException e) {
      return 0; // not ours
    }
  }
}
