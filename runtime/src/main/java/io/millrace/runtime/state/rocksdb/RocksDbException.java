package io.millrace.runtime.state.rocksdb;

import java.nio.file.Path;
import org.rocksdb.RocksDBException;

/** A database that cannot be used any more; names operator, directory, reason and remedy. */
public final class RocksDbException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RocksDbException(String operator, String action, Path directory, RocksDBException cause) {
    super(
        "State of operator "
            + operator
            + " could not be "
            + action
            + " in "
            + directory
            + ": "
            + cause.getMessage()
            + remedy(cause.getMessage()),
        cause);
  }

  private static String remedy(String reason) {
    String text = String.valueOf(reason);
    if (text.contains("No space left")) {
      return ". Free space there, or set taskmanager.work-directory to a larger disk";
    }
    if (text.contains("Corruption")) {
      return ". The disk under taskmanager.work-directory lost or changed what was written; the job"
          + " starts again from its last checkpoint, which does not use these files";
    }
    return ". Look at the disk under taskmanager.work-directory and at who else changes files there";
  }
}
