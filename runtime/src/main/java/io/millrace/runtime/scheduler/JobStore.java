package io.millrace.runtime.scheduler;

import io.millrace.core.storage.FileStore;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.checkpoint.ChecksummedFile;
import io.millrace.runtime.id.JobId;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The jobs a JobManager has taken, in its HA directory: each with its graph, written once before
 * the submission is confirmed, and its ending, written before anything of it is deleted. Blocks;
 * one JobManager at a time.
 */
public final class JobStore {
  private static final String ROOT = "jobs";
  private static final String REMEDY =
      "Restore the file from a backup, or move the job's directory away and submit the job again"
          + " with its latest checkpoint as the savepoint";

  private final FileStore files;
  private final ChecksummedFile jobFrame;
  private final ChecksummedFile endingFrame;

  /**
   * @param build of this program, written into files for messages
   */
  public JobStore(FileStore files, String build) {
    this.files = files;
    this.jobFrame = new ChecksummedFile(0x424F4A4D, 1, "job file", build); // "MJOB"
    this.endingFrame = new ChecksummedFile(0x444E454D, 1, "job ending file", build); // "MEND"
  }

  /**
   * What was found on recovery.
   *
   * @param jobs in the order of submission
   * @param unreadable to be reported and left alone; they don't keep the others from running
   */
  public record Recovered(List<StoredJob> jobs, List<Unreadable> unreadable) {
    public Recovered {
      jobs = List.copyOf(jobs);
      unreadable = List.copyOf(unreadable);
    }
  }

  /** A job that can't be recovered, and why. */
  public record Unreadable(JobId id, Exception cause) {}

  /**
   * Durable when it returns.
   *
   * @throws IOException if the store fails or has a job of that id
   */
  public void add(StoredJob job) throws IOException {
    byte[] content =
        jobFrame.encode(
            writer -> {
              writer.writeLong(job.submittedMillis());
              writer.writeBoolean(job.startFrom().isPresent());
              writer.writeString(job.startFrom().orElse(""));
              writer.writeBoolean(job.allowDroppedState());
              writer.writeVarInt(job.graph().length);
              writer.writeBytes(job.graph(), 0, job.graph().length);
            });
    try (FileStore.PendingFile pending = files.create(jobFile(job.id()))) {
      pending.stream().write(content);
      if (!pending.commitIfAbsent()) {
        throw new IOException("Job " + job.id() + " is stored already in " + files.location());
      }
    }
    if (job.ending().isPresent()) {
      end(job.id(), job.ending().get());
    }
  }

  /** Durable when it returns: the job will not be run again. */
  public void end(JobId job, StoredJob.Ending ending) throws IOException {
    byte[] content =
        endingFrame.encode(
            writer -> {
              writer.writeString(ending.status().name());
              writer.writeString(ending.detail());
              writer.writeLong(ending.millis());
            });
    try (FileStore.PendingFile pending = files.create(endingFile(job))) {
      pending.stream().write(content);
      pending.commit();
    }
  }

  /** Forgets a job. */
  public void remove(JobId job) throws IOException {
    files.delete(ROOT + "/" + job);
  }

  /** All jobs, ended ones too. */
  public Recovered recover() throws IOException {
    TreeSet<JobId> ids = new TreeSet<>();
    for (String file : files.list(ROOT)) {
      String id = file.substring(ROOT.length() + 1).split("/", 2)[0];
      if (id.matches("[0-9a-f]{16}") && file.equals(ROOT + "/" + id + "/job")) {
        ids.add(new JobId(id));
      }
    }
    List<StoredJob> jobs = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (JobId id : ids) {
      try {
        jobs.add(read(id));
      } catch (CorruptDataException | IOException e) {
        unreadable.add(new Unreadable(id, e));
      }
    }
    jobs.sort(Comparator.comparingLong(StoredJob::submittedMillis).thenComparing(StoredJob::id));
    return new Recovered(jobs, unreadable);
  }

  private StoredJob read(JobId id) throws IOException {
    String file = jobFile(id);
    Optional<StoredJob.Ending> ending = readEnding(id);
    return jobFrame.decode(
        readFile(file),
        file,
        REMEDY,
        reader -> {
          long submitted = reader.readLong();
          boolean hasStart = reader.readBoolean();
          String start = reader.readString();
          boolean allowDropped = reader.readBoolean();
          byte[] graph = reader.readBytes(reader.readSize(1));
          return new StoredJob(
              id,
              graph,
              submitted,
              hasStart ? Optional.of(start) : Optional.empty(),
              allowDropped,
              ending);
        });
  }

  private Optional<StoredJob.Ending> readEnding(JobId id) throws IOException {
    String file = endingFile(id);
    if (!files.exists(file)) {
      return Optional.empty();
    }
    return Optional.of(
        endingFrame.decode(
            readFile(file),
            file,
            REMEDY,
            reader ->
                new StoredJob.Ending(
                    JobStatus.valueOf(reader.readString()),
                    reader.readString(),
                    reader.readLong())));
  }

  private byte[] readFile(String file) throws IOException {
    try (InputStream in = files.open(file)) {
      return in.readAllBytes();
    }
  }

  private static String jobFile(JobId job) {
    return ROOT + "/" + job + "/job";
  }

  private static String endingFile(JobId job) {
    return ROOT + "/" + job + "/ending";
  }
}
