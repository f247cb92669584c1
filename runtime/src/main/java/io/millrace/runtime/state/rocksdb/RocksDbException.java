package io.millrace.runtime.state.rocksdb;

import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

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
            + remedy(cause),
        cause);
  }

  private static String remedy(RocksDBException cause) {
    String reason = String.valueOf(cause.getMessage());
    if (reason.contains("No space left")) {
      return ". Free space there, or set taskmanager.work-directory to a larger disk";
    }
    boolean corrupt =
        cause.getStatus() != null && cause.getStatus().getCode() == Status.Code.Corruption;
    if (corrupt || reason.contains("Corruption") || reason.contains("checksum mismatch")) {
      return ". The disk under taskmanager.work-directory lost or changed what was written; the job"
          + " starts again from its last checkpoint, which does not use these files";
    }
    return ". Look at the disk under taskmanager.work-directory and at who else changes files there";
  }
}
