package io.millrace.runtime.checkpoint;

import io.millrace.core.storage.FileStore;
import io.millrace.core.storage.StoredFile;
import io.millrace.core.types.CorruptDataException;
import io.millrace.runtime.id.JobId;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what no job needs any more in a checkpoint store (invariant CC11): uploads of checkpoints
 * that were given up while their job or its JobManager died, deletions that did not end. The engine
 * deletes such files itself as long as it lives; this is for what is left of those times.
 *
 * <p>Nothing younger than a limit is an orphan, since it may be of a checkpoint in the making; so
 * it may be asked while jobs run. Blocks; safe for use by any thread.
 */
public final class OrphanedFiles {
  private static final Pattern JOB = Pattern.compile("[0-9a-f]{16}");
  private static final Pattern IN_JOB =
      Pattern.compile("(([0-9a-f]{16})/((chk|savepoint)-[^/]+|shared))/.+");
  private static final Pattern SAVEPOINT = Pattern.compile("(savepoint-([0-9a-f]{16})-[0-9]+)/.+");

  private final FileStore files;
  private final CheckpointStore store;

  /**
   * @param files from their root: that of {@code checkpoint.directory}, or a directory of
   *     savepoints
   * @param build of this program, for messages
   */
  public OrphanedFiles(FileStore files, String build) {
    this.files = files;
    this.store = new CheckpointStore(files, build);
  }

  /**
   * A file that nothing needs.
   *
   * @param unfinished whether it was never there under its name
   * @param why for people
   */
  public record Orphan(JobId job, StoredFile file, boolean unfinished, String why) {}

  /** The files of a directory, and why they are to go. */
  private static final class Directory {
    private final JobId job;
    private final List<StoredFile> files = new ArrayList<>();

    Directory(JobId job) {
      this.job = job;
    }

    boolean has(String path) {
      return files.stream().anyMatch(file -> file.path().equals(path));
    }

    boolean isOlderThan(Instant limit) {
      return files.stream().allMatch(file -> file.modified().isBefore(limit));
    }
  }

  /**
   * All orphans, by path.
   *
   * @param limit what has changed since may be in use; in any case further back than a checkpoint
   *     may take
   * @throws IOException if the store fails, or it can't be told what is needed
   * @throws CorruptDataException if a pointer or metadata file is damaged: what it needs is not
   *     known, so nothing is an orphan
   */
  public List<Orphan> find(Instant limit) throws IOException {
    // First: what becomes needed after that is either younger than the limit or needed now.
    List<StoredFile> all = files.describe("");
    TreeMap<String, Directory> directories = directories(all);
    Set<JobId> jobs = new TreeSet<>();
    directories.values().forEach(directory -> jobs.add(directory.job));
    Set<String> kept = new HashSet<>();
    Set<String> mentioned = new HashSet<>();
    for (JobId job : jobs) {
      keep(job, directories, kept, mentioned);
    }
    List<Orphan> orphans = new ArrayList<>();
    directories.forEach(
        (path, directory) -> {
          if (path.equals(CheckpointPaths.shared(directory.job))) {
            for (StoredFile file : directory.files) {
              if (!mentioned.contains(file.path()) && file.modified().isBefore(limit)) {
                orphans.add(
                    new Orphan(directory.job, file, false, "no checkpoint that is kept has it"));
              }
            }
          } else if (!kept.contains(path) && directory.isOlderThan(limit)) {
            String why = why(path, directory);
            directory.files.forEach(
                file -> orphans.add(new Orphan(directory.job, file, false, why)));
          }
        });
    for (StoredFile file : files.unfinished("")) {
      Optional<JobId> job = jobOf(file.path());
      if (job.isPresent() && file.modified().isBefore(limit)) {
        orphans.add(new Orphan(job.get(), file, true, "its writer never finished it"));
      }
    }
    return orphans;
  }

  private static TreeMap<String, Directory> directories(List<StoredFile> all) {
    TreeMap<String, Directory> directories = new TreeMap<>();
    for (StoredFile file : all) {
      for (Pattern pattern : List.of(IN_JOB, SAVEPOINT)) {
        Matcher matcher = pattern.matcher(file.path());
        if (matcher.matches()) {
          JobId job = new JobId(matcher.group(2));
          directories.computeIfAbsent(matcher.group(1), path -> new Directory(job)).files.add(file);
        }
      }
    }
    return directories;
  }

  private static Optional<JobId> jobOf(String path) {
    Matcher inSavepoint = SAVEPOINT.matcher(path);
    if (inSavepoint.matches()) {
      return Optional.of(new JobId(inSavepoint.group(2)));
    }
    String first = path.substring(0, Math.max(0, path.indexOf('/')));
    return JOB.matcher(first).matches() ? Optional.of(new JobId(first)) : Optional.empty();
  }

  /** Finds which directories of a job are needed, and which shared files. */
  private void keep(
      JobId job, Map<String, Directory> directories, Set<String> kept, Set<String> mentioned)
      throws IOException {
    boolean pointed = files.exists(CheckpointPaths.pointer(job));
    for (RetainedCheckpoint checkpoint : store.readPointer(job)) {
      kept.add(checkpoint.directory());
      if (!checkpoint.savepoint()) { // They share nothing, and may be elsewhere by now.
        mentioned.addAll(SharedFileMentions.filesOf(store.readMetadata(checkpoint.directory())));
      }
    }
    for (Map.Entry<String, Directory> entry : directories.entrySet()) {
      String path = entry.getKey();
      Directory directory = entry.getValue();
      boolean complete =
          directory.has(CheckpointPaths.metadata(path))
              && !directory.has(path + "/" + CheckpointStore.DELETING);
      if (!directory.job.equals(job) || !complete || kept.contains(path)) {
        continue;
      }
      if (isSavepoint(path)) {
        kept.add(path); // The user's.
      } else if (!pointed) {
        // Somebody may have taken the pointer away, but the rest is all that is left of the job.
        kept.add(path);
        mentioned.addAll(SharedFileMentions.filesOf(store.readMetadata(path)));
      }
    }
  }

  private static boolean isSavepoint(String path) {
    return path.substring(path.lastIndexOf('/') + 1).startsWith("savepoint-");
  }

  private static String why(String path, Directory directory) {
    if (directory.has(path + "/" + CheckpointStore.DELETING)) {
      return "its deletion was interrupted";
    }
    return directory.has(CheckpointPaths.metadata(path))
        ? "the job's pointer does not name this checkpoint"
        : (isSavepoint(path) ? "this savepoint" : "this checkpoint") + " was never completed";
  }

  /**
   * Deletes what was found.
   *
   * @throws IOException if the store fails; what is left is found the next time
   */
  public void delete(List<Orphan> orphans) throws IOException {
    List<String> first = new ArrayList<>();
    List<String> rest = new ArrayList<>();
    Set<String> directories = new TreeSet<>();
    for (Orphan orphan : orphans) {
      String path = orphan.file().path();
      String directory = path.substring(0, path.lastIndexOf('/'));
      // Not those that a checkpoint in the making may write to.
      if (!directory.equals(CheckpointPaths.root(orphan.job()))
          && !directory.equals(CheckpointPaths.shared(orphan.job()))) {
        directories.add(directory);
      }
      if (orphan.unfinished()) {
        files.discard(orphan.file());
        continue;
      }
      // First: then it is no checkpoint any more, whatever is left of it (invariant HA2).
      (path.endsWith("/" + CheckpointPaths.METADATA) ? first : rest).add(path);
    }
    files.deleteAll(first);
    files.deleteAll(rest);
    for (String directory : directories) {
      if (files.describe(directory).isEmpty() && files.unfinished(directory).isEmpty()) {
        files.delete(directory);
      }
    }
  }
}
