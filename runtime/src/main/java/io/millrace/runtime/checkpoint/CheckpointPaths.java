package io.millrace.runtime.checkpoint;

import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;

/** Where a job's files are in the checkpoint store. */
public final class CheckpointPaths {
  /** Name of the metadata file in a checkpoint's directory. */
  public static final String METADATA = "_metadata";

  private CheckpointPaths() {}

  /** All files of the job but savepoints with a directory of their own. */
  public static String root(JobId job) {
    return job.value();
  }

  /** The directory in which the job's subtasks write their files of a checkpoint. */
  public static String checkpoint(JobId job, CheckpointId checkpoint) {
    return root(job) + "/chk-" + checkpoint;
  }

  /** The same of a savepoint; named so that savepoints of many jobs may share the parent. */
  public static String savepoint(String parent, JobId job, CheckpointId checkpoint) {
    String base = parent.endsWith("/") ? parent.substring(0, parent.length() - 1) : parent;
    return base + "/savepoint-" + job + "-" + checkpoint;
  }

  /** The directory of files that several checkpoints of the job may have in common. */
  public static String shared(JobId job) {
    return root(job) + "/" + SharedFiles.DIRECTORY;
  }

  public static String metadata(String directory) {
    return directory + "/" + METADATA;
  }

  /** The file that lists the checkpoints to recover from. */
  public static String pointer(JobId job) {
    return root(job) + "/latest";
  }

  public static String counters(JobId job) {
    return root(job) + "/counters";
  }
}
