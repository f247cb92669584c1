package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointMetadata.OperatorState;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.StateHandles;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which shared files checkpoints have. Each one's metadata is read once; it never changes. Safe for
 * use by any thread.
 */
final class SharedFileMentions {
  private final Map<JobId, Map<String, Set<String>>> byJob = new ConcurrentHashMap<>();

  /** Reads the metadata in a directory. */
  @FunctionalInterface
  interface MetadataReader {
    CheckpointMetadata read(String directory) throws IOException;
  }

  /** The shared files of these checkpoints; of others of the job nothing is kept. */
  Set<String> of(JobId job, List<RetainedCheckpoint> checkpoints, MetadataReader reader)
      throws IOException {
    Map<String, Set<String>> known = byJob.getOrDefault(job, Map.of());
    Map<String, Set<String>> found = new HashMap<>();
    Set<String> mentioned = new HashSet<>();
    for (RetainedCheckpoint checkpoint : checkpoints) {
      String directory = checkpoint.directory();
      Set<String> files = known.get(directory);
      if (files == null) {
        files = filesOf(reader.read(directory));
      }
      found.put(directory, files);
      mentioned.addAll(files);
    }
    byJob.put(job, found);
    return mentioned;
  }

  void forget(JobId job) {
    byJob.remove(job);
  }

  static Set<String> filesOf(CheckpointMetadata metadata) {
    Set<String> files = new HashSet<>();
    for (OperatorState operator : metadata.operators()) {
      for (StateHandles handles : operator.subtasks()) {
        files.addAll(handles.sharedPaths());
      }
    }
    return files;
  }
}
