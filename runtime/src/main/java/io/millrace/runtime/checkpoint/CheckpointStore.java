package io.millrace.runtime.checkpoint;

import io.millrace.core.storage.FileStore;
import io.millrace.core.types.BinaryReader;
import io.millrace.core.types.BinaryWriter;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The JobManager's side of a job's checkpoint files: metadata, the pointer to the checkpoints to
 * recover from, the counters, and deletion. Blocks; the calls for one job come one after another.
 *
 * <p>A checkpoint that can't be read is an error that goes to the user, never a reason to take an
 * older one (invariant HA4).
 */
public final class CheckpointStore {
  /** In a directory that is being deleted: nobody may read the rest of it (invariant HA2). */
  static final String DELETING = "_deleting";

  private static final String POINTER_REMEDY =
      "Restore the file from a backup, or submit the job again with one of the chk-* directories"
          + " beside it as its savepoint";

  private final FileStore files;
  private final CheckpointMetadataCodec codec;
  private final SharedFileMentions mentions = new SharedFileMentions();
  private final ChecksummedFile pointerFrame;
  private final ChecksummedFile counterFrame;

  /**
   * @param build of this program, written into files for messages
   */
  public CheckpointStore(FileStore files, String build) {
    this.files = files;
    this.codec = new CheckpointMetadataCodec(build);
    this.pointerFrame = new ChecksummedFile(0x5254504D, 1, "checkpoint pointer", build); // "MPTR"
    this.counterFrame = new ChecksummedFile(0x544E434D, 1, "counter file", build); // "MCNT"
  }

  /** Where the files are that checkpoints name. */
  public FileStore files() {
    return files;
  }

  /** Durable when it returns. */
  public void writeMetadata(CheckpointMetadata metadata) throws IOException {
    write(CheckpointPaths.metadata(metadata.directory()), codec.encode(metadata));
  }

  /**
   * @throws CorruptDataException if there is a file, but not a whole one
   * @throws IOException if there is none or the store fails
   */
  public CheckpointMetadata readMetadata(String directory) throws IOException {
    String file = CheckpointPaths.metadata(directory);
    if (files.exists(directory + "/" + DELETING)) {
      throw new IOException(directory + " in " + files.location() + " has been deleted");
    }
    try {
      return codec.decode(read(file), file).movedTo(directory);
    } catch (NoSuchFileException e) {
      throw new IOException(
          directory
              + " in "
              + files.location()
              + " is no completed checkpoint or savepoint: it has no file "
              + CheckpointPaths.METADATA,
          e);
    }
  }

  /** Replaces the pointer atomically. */
  public PointerOutcome writePointer(JobId job, List<RetainedCheckpoint> retained) {
    byte[] content = pointerFrame.encode(writer -> writePointer(writer, retained));
    String file = CheckpointPaths.pointer(job);
    boolean committing = false;
    try (FileStore.PendingFile pending = files.create(file)) {
      pending.stream().write(content);
      committing = true;
      pending.commit();
    } catch (IOException e) {
      // A commit that fails may have renamed the file and not made that durable.
      return committing ? new PointerOutcome.Unknown(e) : new PointerOutcome.Failed(e);
    }
    return new PointerOutcome.Written();
  }

  /** Durable when it returns (invariant CC1). */
  public void writeCounters(JobId job, long nextCheckpoint, int nextExecution) throws IOException {
    write(
        CheckpointPaths.counters(job),
        counterFrame.encode(
            writer -> {
              writer.writeLong(nextCheckpoint);
              writer.writeInt(nextExecution);
            }));
  }

  /**
   * What a job goes on from; of a job that has never run, nothing and the first numbers.
   *
   * @throws CorruptDataException if a file is damaged
   * @throws IOException if one is missing or the store fails
   */
  public RecoveredCheckpoints recover(JobId job) throws IOException {
    List<RetainedCheckpoint> retained = readPointer(job);
    Optional<CheckpointMetadata> latest = Optional.empty();
    if (!retained.isEmpty()) {
      latest = Optional.of(readLatest(job, retained));
    }
    String file = CheckpointPaths.counters(job);
    if (!files.exists(file)) {
      if (latest.isPresent()) {
        throw new NoSuchFileException(
            "The counter file " + file + " is missing in " + files.location());
      }
      return new RecoveredCheckpoints(1, 0, retained, latest);
    }
    Optional<CheckpointMetadata> found = latest;
    return counterFrame.decode(
        read(file),
        file,
        "Restore it from a backup",
        reader -> {
          long next = reader.readLong();
          if (found.isPresent() && next <= found.get().id().value()) {
            throw new CorruptDataException(
                "it says that checkpoint "
                    + next
                    + " is the next, though "
                    + found.get().id()
                    + " is complete: it is of another job or an older one of this");
          }
          return new RecoveredCheckpoints(next, reader.readInt(), retained, found);
        });
  }

  private CheckpointMetadata readLatest(JobId job, List<RetainedCheckpoint> retained)
      throws IOException {
    RetainedCheckpoint last = retained.get(retained.size() - 1);
    String directory = last.directory();
    try {
      CheckpointMetadata metadata = readMetadata(directory);
      if (!metadata.job().equals(job) || !metadata.id().equals(last.id())) {
        throw new CorruptDataException(
            "The checkpoint metadata "
                + CheckpointPaths.metadata(directory)
                + " is of checkpoint "
                + metadata.id()
                + " of job "
                + metadata.job()
                + ", where "
                + CheckpointPaths.pointer(job)
                + " names checkpoint "
                + last.id()
                + " of job "
                + job);
      }
      return metadata;
    } catch (CorruptDataException e) {
      throw new CorruptDataException(
          e.getMessage() + ". " + UnreadableCheckpoint.remedy(retained, directory), e);
    }
  }

  /** By ascending id; empty if no checkpoint was ever completed. */
  public List<RetainedCheckpoint> readPointer(JobId job) throws IOException {
    String file = CheckpointPaths.pointer(job);
    if (!files.exists(file)) {
      return List.of();
    }
    return pointerFrame.decode(read(file), file, POINTER_REMEDY, CheckpointStore::readPointer);
  }

  /**
   * Deletes a subsumed or aborted checkpoint. Marked first, so that a crash in between leaves no
   * half checkpoint that looks whole; {@link #finishDeletions} goes on.
   */
  public void delete(RetainedCheckpoint checkpoint) throws IOException {
    String directory = checkpoint.directory();
    if (files.list(directory).isEmpty()) {
      files.delete(directory);
      return;
    }
    write(directory + "/" + DELETING, new byte[0]);
    deleteMarked(directory);
  }

  /** The mark goes last: without it what is left would look whole, or be forgotten. */
  private void deleteMarked(String directory) throws IOException {
    String mark = directory + "/" + DELETING;
    files.deleteAll(files.list(directory).stream().filter(file -> !file.equals(mark)).toList());
    files.delete(directory);
  }

  /** Goes on with deletions that a crash has interrupted. */
  public void finishDeletions(JobId job) throws IOException {
    for (String file : files.list(CheckpointPaths.root(job))) {
      if (file.endsWith("/" + DELETING)) {
        deleteMarked(file.substring(0, file.length() - DELETING.length() - 1));
      }
    }
  }

  /**
   * Deletes files of acknowledgements that came too late.
   *
   * @throws IllegalArgumentException if a path is not one of a checkpoint of this job
   */
  public void discard(JobId job, List<String> paths) throws IOException {
    for (String path : paths) {
      boolean own =
          path.startsWith(CheckpointPaths.root(job) + "/chk-")
              || path.contains("savepoint-" + job + "-");
      if (!own || path.contains("..")) {
        throw new IllegalArgumentException(path + " is not a checkpoint file of job " + job);
      }
    }
    files.deleteAll(paths);
  }

  /**
   * Deletes the files that checkpoints share and none of these has any more (invariant CC9). Files
   * of later checkpoints than {@code upTo} may be in the making, and stay.
   *
   * @throws IOException or CorruptDataException if one of them can't be read; nothing is deleted
   */
  public void collectShared(JobId job, List<RetainedCheckpoint> retained, CheckpointId upTo)
      throws IOException {
    List<String> all = files.list(CheckpointPaths.shared(job));
    if (all.isEmpty()) {
      return;
    }
    Set<String> mentioned = mentions.of(job, retained, this::readMetadata);
    List<String> unused = new ArrayList<>();
    for (String file : all) {
      Optional<CheckpointId> madeFor = SharedFiles.checkpointOf(file);
      if (!mentioned.contains(file) && madeFor.isPresent() && !upTo.isBefore(madeFor.get())) {
        unused.add(file);
      }
    }
    files.deleteAll(unused);
  }

  /**
   * The job has ended: deletes what is left of it (invariant CC11) but these checkpoints and its
   * complete savepoints. Only for the leader that ended the job (invariant HA2).
   */
  public void sweep(JobId job, List<RetainedCheckpoint> keep) throws IOException {
    String root = CheckpointPaths.root(job);
    Set<String> kept = new HashSet<>();
    keep.forEach(checkpoint -> kept.add(checkpoint.directory()));
    List<String> all = files.list(root);
    for (String file : all) {
      String directory = directoryBelow(root, file);
      if (directory.startsWith(root + "/savepoint-")
          && all.contains(CheckpointPaths.metadata(directory))) {
        kept.add(directory);
      }
    }
    Set<String> mentioned = mentions.of(job, keep, this::readMetadata);
    Set<String> deleted = new HashSet<>();
    for (String file : all) {
      String directory = directoryBelow(root, file);
      boolean needed =
          kept.contains(directory)
              || mentioned.contains(file)
              || (!keep.isEmpty() && directory.equals(root)); // pointer and counters
      boolean alone = directory.equals(root) || directory.equals(CheckpointPaths.shared(job));
      if (!needed && deleted.add(alone ? file : directory)) {
        files.delete(alone ? file : directory);
      }
    }
    mentions.forget(job);
  }

  /** The directory directly below the root that the file is in; the root for a file in itself. */
  private static String directoryBelow(String root, String file) {
    int slash = file.indexOf('/', root.length() + 1);
    return slash < 0 ? root : file.substring(0, slash);
  }

  private static void writePointer(BinaryWriter writer, List<RetainedCheckpoint> retained) {
    writer.writeVarInt(retained.size());
    for (RetainedCheckpoint checkpoint : retained) {
      writer.writeLong(checkpoint.id().value());
      writer.writeString(checkpoint.directory());
      writer.writeBoolean(checkpoint.savepoint());
    }
  }

  private static List<RetainedCheckpoint> readPointer(BinaryReader reader) {
    int size = reader.readSize(10);
    List<RetainedCheckpoint> retained = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      retained.add(
          new RetainedCheckpoint(
              new CheckpointId(reader.readLong()), reader.readString(), reader.readBoolean()));
    }
    return retained;
  }

  private byte[] read(String file) throws IOException {
    try (InputStream in = files.open(file)) {
      return in.readAllBytes();
    }
  }

  private void write(String file, byte[] content) throws IOException {
    try (FileStore.PendingFile pending = files.create(file)) {
      pending.stream().write(content);
      pending.commit();
    }
  }
}
