package io.millrace.runtime.savepoint;

import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.MountedFileStore;
import io.millrace.runtime.checkpoint.CheckpointMetadata;
import io.millrace.runtime.checkpoint.CheckpointPaths;
import io.millrace.runtime.checkpoint.CheckpointStore;
import io.millrace.runtime.rpc.Build;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.StateHandles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The directory of a savepoint that a job is writing. For one thread. */
public final class SavepointFiles {
  private static final String PREFIX = "part-";
  private static final String SUFFIX = ".state";

  private final FileStore store = new MountedFileStore(Path.of("/"));
  private final String directory;

  public SavepointFiles(String directory) {
    this.directory = directory;
  }

  /**
   * Begins a file.
   *
   * @param part names it among those of an attempt; attempts never share one, so that what one
   *     leaves is never taken for another's
   */
  public SnapshotFileWriter begin(String part, int attempt, int maxParallelism) throws IOException {
    return new SnapshotFileWriter(
        store, directory + "/" + PREFIX + part + "-" + attempt + SUFFIX, maxParallelism);
  }

  /** Makes the directory a savepoint; durable when it returns. */
  public void complete(CheckpointMetadata metadata) throws IOException {
    deleteOthersThan(metadata);
    new CheckpointStore(store, Build.CURRENT.toString()).writeMetadata(metadata);
  }

  /** What former attempts have left. */
  private void deleteOthersThan(CheckpointMetadata metadata) throws IOException {
    Set<String> wanted = new TreeSet<>();
    metadata
        .operators()
        .forEach(
            operator ->
                operator.subtasks().stream().map(StateHandles::paths).forEach(wanted::addAll));
    store.delete(CheckpointPaths.metadata(directory)); // an attempt's that came this far
    for (String file : store.list(directory)) {
      String name = file.substring(file.lastIndexOf('/') + 1);
      if (name.startsWith(PREFIX) && name.endsWith(SUFFIX) && !wanted.contains(file)) {
        store.delete(file);
      }
    }
  }
}
