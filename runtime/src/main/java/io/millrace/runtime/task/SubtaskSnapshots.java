package io.millrace.runtime.task;

import io.millrace.core.types.UnsupportedTypeException;
import io.millrace.runtime.checkpoint.CheckpointTimings;
import io.millrace.runtime.checkpoint.SharedFiles;
import io.millrace.runtime.exchange.ChannelEvent.Barrier;
import io.millrace.runtime.faults.FailPoint;
import io.millrace.runtime.faults.FailPoints;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.OperatorContext.Mail;
import io.millrace.runtime.operators.OperatorSnapshot;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.state.CutKind;
import io.millrace.runtime.state.KeyedCut;
import io.millrace.runtime.state.OperatorCut;
import io.millrace.runtime.state.SharedFilesByOperator;
import io.millrace.runtime.state.SharedUpload;
import io.millrace.runtime.state.SnapshotFileWriter;
import io.millrace.runtime.state.StateHandles;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.SplitState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subtask's part of checkpoints: a cut of all its operators on its own thread, then a file
 * written by an I/O thread once the sinks and the keyed state have prepared, if there is any state,
 * then the acknowledgement. One checkpoint is under way at a time; a newer one or an abort ends the
 * older (invariant BA7). Methods are for the subtask's thread.
 */
final class SubtaskSnapshots {
  private static final Logger LOG = LoggerFactory.getLogger(SubtaskSnapshots.class);

  private final AttemptId attempt;
  private final SubtaskServices services;
  private final OperatorChain chain;
  private final Consumer<Mail> mailbox;
  private final int maxParallelism;
  private final CheckpointFiles files;
  private Optional<Pending> pending = Optional.empty();
  private Optional<CheckpointId> lastTaken = Optional.empty();

  SubtaskSnapshots(
      AttemptId attempt,
      SubtaskServices services,
      OperatorChain chain,
      int maxParallelism,
      CheckpointFiles files,
      Consumer<Mail> mailbox) {
    this.attempt = attempt;
    this.services = services;
    this.chain = chain;
    this.maxParallelism = maxParallelism;
    this.files = files;
    this.mailbox = mailbox;
  }

  /**
   * @param inFlight records that the barrier has overtaken; empty if it is aligned
   */
  void take(Barrier barrier, long alignmentNanos, Optional<RecordsInFlight> inFlight)
      throws Exception {
    CheckpointId checkpoint = barrier.checkpoint();
    CutKind kind = barrier.savepoint() ? CutKind.WHOLE : CutKind.FILES;
    pending.ifPresent(Pending::cancel);
    lastTaken = Optional.of(checkpoint);
    long start = services.nanoClock().getAsLong();
    List<Part> parts = new ArrayList<>();
    try {
      for (int i = 0; i < chain.operators().size(); i++) {
        OperatorEnvironment environment = chain.environments().get(i);
        Part part = new Part(environment.node().uid());
        parts.add(part);
        chain.operators().get(i).snapshot(checkpoint, part);
        part.keyed = environment.keyedBackend().map(backend -> backend.snapshot(kind));
        part.operator = environment.operatorStateBackend().snapshot();
      }
    } catch (Throwable t) {
      // Nobody else knows of the cuts that were taken before.
      parts.forEach(part -> part.keyed.ifPresent(KeyedCut::close));
      throw t;
    }
    long cutDone = services.nanoClock().getAsLong();
    Pending taken =
        new Pending(
            barrier,
            files.base(barrier.base()),
            parts,
            inFlight,
            alignmentNanos,
            cutDone - start,
            cutDone);
    pending = Optional.of(taken);
    CompletableFuture<?>[] prepares =
        Stream.concat(
                parts.stream().flatMap(Part::prepares),
                inFlight.stream().map(RecordsInFlight::captured))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture<Void> prepared = CompletableFuture.allOf(prepares);
    if (prepared.isDone() && !taken.hasFileState()) {
      // Nothing to wait for and nothing to write: of a hundred operators, most.
      prepared.whenComplete((done, failure) -> upload(taken, Optional.ofNullable(failure)));
      return;
    }
    prepared.whenComplete(
        (done, failure) ->
            services.io().execute(() -> upload(taken, Optional.ofNullable(failure))));
  }

  Optional<CheckpointId> lastTaken() {
    return lastTaken;
  }

  void completed(CheckpointId checkpoint) {
    pending = pending.filter(taken -> checkpoint.isBefore(taken.checkpoint));
  }

  void abort(CheckpointId checkpoint) {
    pending
        .filter(taken -> !checkpoint.isBefore(taken.checkpoint))
        .ifPresent(
            taken -> {
              taken.cancel();
              pending = Optional.empty();
            });
  }

  void close() {
    pending.ifPresent(Pending::cancel);
    pending = Optional.empty();
  }

  /** On an I/O thread, or the subtask's if there is nothing to write. */
  private void upload(Pending taken, Optional<Throwable> prepareFailure) {
    try {
      if (taken.cancelled) {
        return; // Its directory may be gone already.
      }
      if (prepareFailure.isPresent()) {
        throw new IllegalStateException(
            "Records in flight could not be written, or a sink could not prepare its commit",
            prepareFailure.get());
      }
      SharedUpload shared = new SharedUpload(taken.base, (uid, name) -> path(taken, uid, name));
      Map<String, StateHandles> handles = write(taken, shared);
      // Before the acknowledgement: the next barrier may name this checkpoint as its base.
      mailbox.accept(() -> files.put(taken.checkpoint, shared.files()));
      if (FailPoints.ON && handles.values().stream().anyMatch(h -> !h.committables().isEmpty())) {
        FailPoints.hit(FailPoint.AFTER_PREPARE_BEFORE_ACK);
      }
      if (!taken.cancelled) {
        long async = services.nanoClock().getAsLong() - taken.cutDone;
        services
            .jobManager()
            .accept(
                new ToJobManager.AckCheckpoint(
                    attempt,
                    taken.checkpoint,
                    handles,
                    new CheckpointTimings(
                        taken.alignmentNanos, taken.syncNanos, async, taken.inFlight.isPresent())));
      }
    } catch (Throwable t) {
      if (!taken.cancelled) {
        LOG.warn("Checkpoint {} of {} failed", taken.checkpoint, attempt, t);
        String reason =
            t.getCause() == null
                ? String.valueOf(t.getMessage())
                : t.getMessage() + ": " + t.getCause().getMessage();
        services
            .jobManager()
            .accept(new ToJobManager.DeclineCheckpoint(attempt, taken.checkpoint, reason));
      }
    } finally {
      taken.closeCuts();
      mailbox.accept(() -> pending = pending.filter(now -> now != taken));
    }
  }

  private String path(Pending taken, String uid, String name) {
    int operator = 0;
    while (!taken.parts.get(operator).uid.equals(uid)) {
      operator++;
    }
    return SharedFiles.path(taken.directory, attempt, operator, taken.checkpoint, name);
  }

  private Map<String, StateHandles> write(Pending taken, SharedUpload shared) throws Exception {
    Map<String, StateHandles> written = Map.of();
    if (taken.hasFileState()) {
      // CC11: the attempt is in the name, so that what an aborted or fenced attempt leaves can be
      // told and swept.
      String path =
          taken.directory
              + "/"
              + attempt.subtask().vertex()
              + "-"
              + attempt.subtask().index()
              + "-"
              + attempt.attempt()
              + ".state";
      try (SnapshotFileWriter writer =
          new SnapshotFileWriter(services.checkpoints(), path, maxParallelism)) {
        for (Part part : taken.parts) {
          if (taken.cancelled) {
            throw new CancellationException("aborted");
          }
          writeState(part, writer, shared);
        }
        if (taken.inFlight.isPresent()) {
          taken.inFlight.get().write(taken.parts.get(0).uid, writer);
        }
        written = writer.commit();
      }
    }
    Map<String, StateHandles> handles = new LinkedHashMap<>();
    for (Part part : taken.parts) {
      StateHandles files = written.getOrDefault(part.uid, StateHandles.EMPTY);
      List<Blob> committables = part.committables.toCompletableFuture().join();
      StateHandles all =
          new StateHandles(
              files.keyed(), files.operator(), part.splits, committables, files.channels());
      if (!all.equals(StateHandles.EMPTY)) {
        handles.put(part.uid, all);
      }
    }
    return handles;
  }

  private static void writeState(Part part, SnapshotFileWriter writer, SharedUpload shared)
      throws IOException {
    try {
      if (part.keyed.isPresent()) {
        writer.writeKeyed(part.uid, part.keyed.get(), shared);
      }
      if (part.operator.isPresent()) {
        writer.writeOperator(part.uid, part.operator.get());
      }
    } catch (UnsupportedTypeException e) {
      throw e.at("State of operator '" + part.uid + "'");
    }
  }

  /** A checkpoint between its cut and its acknowledgement. */
  private static final class Pending {
    final CheckpointId checkpoint;
    final String directory;
    final SharedFilesByOperator base;
    final List<Part> parts;
    final Optional<RecordsInFlight> inFlight;
    final long alignmentNanos;
    final long syncNanos;
    final long cutDone;
    volatile boolean cancelled;

    Pending(
        Barrier barrier,
        SharedFilesByOperator base,
        List<Part> parts,
        Optional<RecordsInFlight> inFlight,
        long alignmentNanos,
        long syncNanos,
        long cutDone) {
      this.checkpoint = barrier.checkpoint();
      this.directory = barrier.directory();
      this.base = base;
      this.parts = parts;
      this.inFlight = inFlight;
      this.alignmentNanos = alignmentNanos;
      this.syncNanos = syncNanos;
      this.cutDone = cutDone;
    }

    boolean hasFileState() {
      return parts.stream().anyMatch(Part::hasFileState)
          || inFlight.filter(records -> !records.isEmpty()).isPresent();
    }

    void cancel() {
      cancelled = true;
      closeCuts();
    }

    void closeCuts() {
      for (Part part : parts) {
        part.keyed.ifPresent(KeyedCut::close);
      }
    }
  }

  /** One operator's share. */
  private static final class Part implements OperatorSnapshot {
    final String uid;
    Optional<KeyedCut> keyed = Optional.empty();
    Optional<OperatorCut> operator = Optional.empty();
    List<SplitState> splits = List.of();
    CompletionStage<List<Blob>> committables = CompletableFuture.completedFuture(List.of());

    Part(String uid) {
      this.uid = uid;
    }

    /** What the file waits for. */
    Stream<CompletableFuture<?>> prepares() {
      return Stream.concat(
          Stream.of(committables.toCompletableFuture()),
          keyed.stream().map(cut -> cut.prepared().toCompletableFuture()));
    }

    boolean hasFileState() {
      return keyed.isPresent() || operator.isPresent();
    }

    @Override
    public void splits(List<SplitState> states) {
      splits = List.copyOf(states);
    }

    @Override
    public void committables(CompletionStage<List<Blob>> stage) {
      committables = stage;
    }
  }
}
