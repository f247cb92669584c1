package io.millrace.runtime.checkpoint;

import io.millrace.runtime.checkpoint.CheckpointMetadata.EnumeratorState;
import io.millrace.runtime.checkpoint.PendingCheckpoint.Step;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.graph.JobGraph;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.id.JobId;
import io.millrace.runtime.state.StateHandles;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Takes a job's checkpoints and savepoints, one at a time, in the order of invariant CC2. A pure
 * state machine: it decides, and says what it decided to its {@link CheckpointEffects}. Owned by
 * the job's thread; times are milliseconds since the epoch.
 *
 * <p>A checkpoint that has come to its pointer write can't be given up any more, since the pointer
 * may already name it: if the job fails then, its restart waits until {@link #isSettled}
 * (invariants CC3, CC6).
 */
public final class CheckpointCoordinator {
  /**
   * Until a final checkpoint that failed, or a pointer write of unknown outcome, is tried again.
   */
  static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  private static final int REMEMBERED_ABORTS = 1_000;

  private final JobId job;
  private final JobGraph graph;
  private final CheckpointSettings settings;
  private final CheckpointEffects effects;
  private final CheckpointFailureCounter failures;
  private final CheckpointHistory history;
  private final Deque<CheckpointRequest> queue = new ArrayDeque<>();
  private final Retention retention;
  private Optional<CheckpointMetadata> latest = Optional.empty();
  private Optional<CheckpointParticipants> participants = Optional.empty();
  private Optional<PendingCheckpoint> pending = Optional.empty();

  /** The last ones given up, whose acknowledgements may still come (invariant CC4). */
  private final TreeSet<CheckpointId> aborted = new TreeSet<>();

  public CheckpointCoordinator(JobId job, JobGraph graph, CheckpointEffects effects) {
    this.job = job;
    this.graph = graph;
    this.settings = graph.checkpoints();
    this.history = new CheckpointHistory(graph);
    this.effects = effects;
    this.retention = new Retention(settings.retained());
    this.failures = new CheckpointFailureCounter(settings.tolerableFailures());
  }

  /**
   * What a former JobManager left, before the first {@link #start}.
   *
   * @param checkpoints by ascending id
   */
  public void recover(List<RetainedCheckpoint> checkpoints, Optional<CheckpointMetadata> restore) {
    retention.recover(checkpoints);
    latest = restore;
  }

  /** All subtasks of an execution run. */
  public void start(CheckpointParticipants all, long now) {
    participants = Optional.of(all);
    settings.interval().ifPresent(effects::scheduleNext);
    startQueued(now);
  }

  /** The execution is over: what is under way is given up, except a pointer write (CC5, CC6). */
  public void stop(String reason, long now) {
    participants = Optional.empty();
    effects.cancelNext();
    pending
        .filter(checkpoint -> checkpoint.step != Step.WRITING_POINTER)
        .ifPresent(checkpoint -> abort(checkpoint, reason, false, now));
    while (!queue.isEmpty()) {
      effects.refused(queue.remove(), reason);
    }
  }

  /** Whether it is known what to restart from: false while a pointer write is under way. */
  public boolean isSettled() {
    return pending.isEmpty();
  }

  /** Takes a checkpoint as soon as none is under way; refused if the execution ends before. */
  public void request(CheckpointRequest request, long now) {
    if (participants.isEmpty()) {
      effects.refused(request, "the job is not running");
      return;
    }
    queue.add(request);
    startQueued(now);
  }

  /** The time set by scheduleNext has come. */
  public void onDue(long now) {
    if (participants.isPresent() && pending.isEmpty()) {
      queue.add(CheckpointRequest.PERIODIC);
      startQueued(now);
    }
  }

  /** The time set by scheduleTimeout has come. */
  public void onTimeout(CheckpointId id, long now) {
    pending(id)
        .filter(checkpoint -> checkpoint.step != Step.WRITING_POINTER)
        .ifPresent(
            checkpoint ->
                abort(
                    checkpoint,
                    "not complete after "
                        + settings.timeout()
                        + "; it waited for "
                        + checkpoint.waitingFor(),
                    true,
                    now));
  }

  /** All ids below this one are reserved (invariant CC1). */
  public void onCounterStored(long nextCheckpoint) {
    PendingCheckpoint checkpoint = pending.orElse(null);
    if (checkpoint == null
        || checkpoint.step != Step.STORING_COUNTER
        || checkpoint.id.value() >= nextCheckpoint) {
      return;
    }
    checkpoint.step = Step.SNAPSHOTTING_ENUMERATORS;
    if (!checkpoint.missingEnumerators.isEmpty()) {
      effects.snapshotEnumerators(checkpoint.id);
    }
    advanceToTrigger(checkpoint);
  }

  public void onCounterFailed(long nextCheckpoint, String cause, long now) {
    pending
        .filter(checkpoint -> checkpoint.step == Step.STORING_COUNTER)
        .filter(checkpoint -> checkpoint.id.value() < nextCheckpoint)
        .ifPresent(
            checkpoint -> abort(checkpoint, "its id could not be stored: " + cause, true, now));
  }

  /** Whether this enumerator's snapshot is still wanted (invariant CC5). */
  public boolean expectsEnumerator(int vertex, CheckpointId id) {
    return pending(id)
        .filter(checkpoint -> checkpoint.step == Step.SNAPSHOTTING_ENUMERATORS)
        .filter(checkpoint -> checkpoint.missingEnumerators.contains(vertex))
        .isPresent();
  }

  public void onEnumeratorSnapshot(int vertex, CheckpointId id, EnumeratorState state) {
    if (expectsEnumerator(vertex, id)) {
      PendingCheckpoint checkpoint = pending.orElseThrow();
      checkpoint.missingEnumerators.remove(vertex);
      checkpoint.enumerators.put(vertex, state);
      advanceToTrigger(checkpoint);
    }
  }

  /** A reader has confirmed messages of its enumerator. */
  public void onReaderCaughtUp() {
    pending
        .filter(checkpoint -> checkpoint.step == Step.WAITING_FOR_READERS)
        .ifPresent(this::advanceToTrigger);
  }

  /** A subtask has acknowledged (invariant CC4). */
  public void onAck(
      AttemptId attempt,
      CheckpointId id,
      Map<String, StateHandles> state,
      CheckpointTimings timings) {
    PendingCheckpoint checkpoint = pending(id).orElse(null);
    if (checkpoint == null) {
      // Only what is known to be given up: a doubled message may name a completed savepoint's
      // files.
      if (aborted.contains(id)) {
        discard(state);
      }
      return;
    }
    if (checkpoint.acknowledged.containsKey(attempt)) {
      return; // Said twice; the files are the same.
    }
    if (checkpoint.step != Step.TRIGGERED || !checkpoint.unacknowledged.remove(attempt)) {
      discard(state);
      return;
    }
    checkpoint.acknowledged.put(attempt, state);
    checkpoint.timings.put(attempt, timings);
    if (checkpoint.unacknowledged.isEmpty()) {
      checkpoint.step = Step.WRITING_METADATA;
      CheckpointMetadata metadata = MetadataAssembly.assemble(job, graph, checkpoint);
      checkpoint.metadata = Optional.of(metadata);
      effects.writeMetadata(metadata);
    }
  }

  public void onDecline(AttemptId attempt, CheckpointId id, String reason, long now) {
    pending(id)
        .filter(checkpoint -> checkpoint.unacknowledged.contains(attempt))
        .ifPresent(
            checkpoint -> abort(checkpoint, "declined by " + attempt + ": " + reason, true, now));
  }

  public void onMetadataWritten(CheckpointId id, long now) {
    PendingCheckpoint checkpoint = pending(id).orElse(null);
    if (checkpoint == null || checkpoint.step != Step.WRITING_METADATA) {
      return;
    }
    if (checkpoint.kind().isRegistered()) {
      checkpoint.step = Step.WRITING_POINTER;
      effects.cancelTimeout(id);
      writePointer(checkpoint);
    } else {
      complete(checkpoint, now);
    }
  }

  public void onMetadataFailed(CheckpointId id, String cause, long now) {
    pending(id)
        .filter(checkpoint -> checkpoint.step == Step.WRITING_METADATA)
        .ifPresent(
            checkpoint ->
                abort(checkpoint, "its metadata could not be written: " + cause, true, now));
  }

  public void onPointerWritten(CheckpointId id, long now) {
    writingPointer(id).ifPresent(checkpoint -> complete(checkpoint, now));
  }

  public void onPointerFailed(CheckpointId id, String cause, long now) {
    writingPointer(id)
        .ifPresent(
            checkpoint -> {
              if (checkpoint.pointerMayNameIt) {
                // An earlier write may have come through: what it names must stay (CC3).
                effects.schedulePointerRetry(id, RETRY_DELAY);
              } else {
                abort(checkpoint, "the pointer to it could not be written: " + cause, true, now);
              }
            });
  }

  /** Keeps both the old and the new checkpoint until a repeated write tells (invariant CC3). */
  public void onPointerUnknown(CheckpointId id) {
    writingPointer(id)
        .ifPresent(
            checkpoint -> {
              checkpoint.pointerMayNameIt = true;
              effects.schedulePointerRetry(id, RETRY_DELAY);
            });
  }

  public void onPointerRetry(CheckpointId id) {
    writingPointer(id).ifPresent(this::writePointer);
  }

  /** What to restart from; empty for a start from nothing. */
  public Optional<CheckpointMetadata> latest() {
    return latest;
  }

  /** Completed checkpoints that are kept, by ascending id. */
  public List<RetainedCheckpoint> retained() {
    return retention.kept();
  }

  public CheckpointHistory history() {
    return history;
  }

  /** The checkpoint under way. */
  public Optional<CheckpointRecord> inProgress(long now) {
    return pending.map(
        checkpoint -> history.inProgress(checkpoint, now - checkpoint.startedMillis));
  }

  /** How far the checkpoint under way is, for tests that count what they have covered. */
  public Optional<String> step() {
    return pending.map(checkpoint -> checkpoint.step.name());
  }

  private void startQueued(long now) {
    if (participants.isEmpty() || pending.isPresent() || queue.isEmpty()) {
      return;
    }
    CheckpointRequest request = queue.remove();
    CheckpointId id = effects.reserveId();
    String directory =
        request.kind().isSavepoint()
            ? CheckpointPaths.savepoint(request.parent().orElse(CheckpointPaths.root(job)), job, id)
            : CheckpointPaths.checkpoint(job, id);
    pending = Optional.of(new PendingCheckpoint(id, request, directory, now, participants.get()));
    effects.scheduleTimeout(id, settings.timeout());
  }

  private void advanceToTrigger(PendingCheckpoint checkpoint) {
    if (!checkpoint.missingEnumerators.isEmpty()) {
      return;
    }
    if (!effects.allSplitsReceived()) {
      checkpoint.step = Step.WAITING_FOR_READERS;
      return;
    }
    checkpoint.step = Step.TRIGGERED;
    effects.trigger(checkpoint.id, checkpoint.kind().isSavepoint(), checkpoint.directory, base());
  }

  /**
   * The checkpoint whose files the next may share: one of this job, which stays at least until that
   * one is complete. What a job was started from belongs to others.
   */
  private Optional<CheckpointId> base() {
    return latest
        .filter(checkpoint -> retention.kept().contains(checkpoint.retained()))
        .map(CheckpointMetadata::id);
  }

  private void writePointer(PendingCheckpoint checkpoint) {
    effects.writePointer(checkpoint.id, retention.with(checkpoint.location()));
  }

  private void complete(PendingCheckpoint checkpoint, long now) {
    pending = Optional.empty();
    effects.cancelTimeout(checkpoint.id);
    CheckpointMetadata metadata = checkpoint.metadata.orElseThrow();
    history.completed(checkpoint, metadata.sizeInBytes(), now);
    List<RetainedCheckpoint> subsumed = List.of();
    if (checkpoint.kind().isRegistered()) {
      subsumed = retention.add(checkpoint.location());
      latest = Optional.of(metadata);
      failures.onSuccess();
    }
    effects.completed(metadata, checkpoint.request);
    subsumed.forEach(effects::delete);
    effects.collectShared(retention.kept(), checkpoint.id);
    if (checkpoint.kind().isLast()) {
      stop("the job is finishing", now);
    } else {
      scheduleAfter(checkpoint, now);
    }
  }

  private void abort(PendingCheckpoint checkpoint, String reason, boolean count, long now) {
    pending = Optional.empty();
    effects.cancelTimeout(checkpoint.id);
    String why = "Checkpoint " + checkpoint.id + " failed: " + reason;
    history.failed(checkpoint, why, now);
    aborted.add(checkpoint.id);
    if (aborted.size() > REMEMBERED_ABORTS) {
      aborted.pollFirst();
    }
    effects.aborted(checkpoint.id, checkpoint.request, checkpoint.isKnownToSubtasks(), why);
    effects.delete(checkpoint.location());
    effects.collectShared(retention.kept(), checkpoint.id);
    if (participants.isEmpty()) {
      return;
    }
    if (count && !checkpoint.kind().isSavepoint() && failures.onFailure()) {
      effects.tooManyFailures(
          why
              + " (more than "
              + settings.tolerableFailures()
              + " checkpoints in a row have failed)");
      return;
    }
    if (checkpoint.kind() == CheckpointKind.FINAL) {
      effects.scheduleFinal(RETRY_DELAY);
    }
    scheduleAfter(checkpoint, now);
  }

  private void scheduleAfter(PendingCheckpoint checkpoint, long now) {
    if (participants.isEmpty()) {
      return;
    }
    settings
        .interval()
        .ifPresent(
            interval -> {
              long due =
                  Math.max(
                      checkpoint.startedMillis + interval.toMillis(),
                      now + settings.minPause().toMillis());
              effects.scheduleNext(Duration.ofMillis(Math.max(0, due - now)));
            });
    startQueued(now);
  }

  private Optional<PendingCheckpoint> pending(CheckpointId id) {
    return pending.filter(checkpoint -> checkpoint.id.equals(id));
  }

  private Optional<PendingCheckpoint> writingPointer(CheckpointId id) {
    return pending(id).filter(checkpoint -> checkpoint.step == Step.WRITING_POINTER);
  }

  private void discard(Map<String, StateHandles> state) {
    TreeSet<String> paths = new TreeSet<>();
    state.values().forEach(handles -> paths.addAll(handles.paths()));
    if (!paths.isEmpty()) {
      effects.discard(List.copyOf(paths));
    }
  }
}
