package io.millrace.runtime.operators;

import io.millrace.core.function.RuntimeContext.Counter;
import io.millrace.core.sink.Committer;
import io.millrace.core.sink.Sink;
import io.millrace.core.sink.SinkContext;
import io.millrace.core.sink.SinkWriter;
import io.millrace.core.source.VersionedSerializer;
import io.millrace.runtime.faults.FailPoint;
import io.millrace.runtime.faults.FailPoints;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.state.StateHandles.Blob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Writes to a {@link Sink} and runs its two-phase commit. Committables are prepared at a barrier,
 * are part of every snapshot until their commit is known to have happened (several checkpoints can
 * be pending: invariant K3), and are committed once their checkpoint is complete, or on restore
 * before the writer is made.
 */
public final class SinkOperator<T, C> extends OneInputOperator<T, Void> {
  private final Sink<T, C> sink;
  private final VersionedSerializer<C> serializer;

  /** Prepared and not known to be committed. */
  private final TreeMap<CheckpointId, List<C>> prepared = new TreeMap<>();

  private Optional<SinkWriter<T, C>> opened = Optional.empty();
  private SinkWriter<T, C> writer;
  private Committer<C> committer;
  private int commitsUnderWay;
  private int preparesUnderWay;
  private boolean finalFlushStarted;

  public SinkOperator(Sink<T, C> sink) {
    this.sink = sink;
    this.serializer = sink.committableSerializer();
  }

  @Override
  public void open() throws Exception {
    Context sinkContext = new Context(context);
    committer = sink.createCommitter(sinkContext);
    List<Blob> blobs = context.restoredCommittables();
    int parallelism = context.runtimeContext().getNumberOfParallelSubtasks();
    int index = context.runtimeContext().getIndexOfThisSubtask();
    List<C> all = new ArrayList<>(blobs.size());
    List<C> owned = new ArrayList<>();
    for (int i = 0; i < blobs.size(); i++) {
      C committable = blobs.get(i).read(serializer, "What the sink had prepared");
      all.add(committable);
      // Every subtask sees the same list, so each committable has exactly one owner at any
      // parallelism (K4).
      if (i % parallelism == index) {
        owned.add(committable);
      }
    }
    if (owned.isEmpty()) {
      openWriter(sinkContext, all);
      return;
    }
    committer
        .commit(owned)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                context.fail(failure);
              } else {
                context.post(() -> openWriter(sinkContext, all));
              }
            });
  }

  private void openWriter(Context sinkContext, List<C> recovered) throws IOException {
    writer = sink.createWriter(sinkContext, recovered);
    opened = Optional.of(writer);
  }

  @Override
  public boolean isReady() {
    return opened.isPresent();
  }

  @Override
  public void process(T value, long timestamp) throws Exception {
    writer.write(value, timestamp);
    if (!writer.hasRoom()) {
      context.roomLost();
    }
  }

  @Override
  public boolean hasRoom() {
    return writer.hasRoom();
  }

  @Override
  public void snapshot(CheckpointId checkpoint, OperatorSnapshot snapshot) throws Exception {
    CompletableFuture<List<Blob>> committables = new CompletableFuture<>();
    snapshot.committables(committables);
    prepare(checkpoint, committables);
  }

  private void prepare(CheckpointId checkpoint, CompletableFuture<List<Blob>> result)
      throws Exception {
    preparesUnderWay++;
    writer
        .prepareCommit(checkpoint.value())
        .whenComplete(
            (committables, failure) -> {
              if (failure != null) {
                // K1: an asynchronous write error fails the subtask, whatever becomes of the
                // checkpoint.
                context.fail(failure);
                result.completeExceptionally(failure);
              } else {
                context.post(() -> prepared(checkpoint, committables, result));
              }
            });
  }

  /**
   * On the subtask's thread; before the acknowledgement, so always before the notification that
   * commits.
   */
  private void prepared(
      CheckpointId checkpoint, List<C> committables, CompletableFuture<List<Blob>> result) {
    preparesUnderWay--;
    if (!committables.isEmpty()) {
      prepared.put(checkpoint, committables);
    }
    try {
      List<Blob> blobs = new ArrayList<>();
      for (List<C> pending : prepared.headMap(checkpoint, true).values()) {
        for (C committable : pending) {
          blobs.add(new Blob(serializer.version(), serializer.serialize(committable)));
        }
      }
      result.complete(blobs);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Committables of checkpoint " + checkpoint + " can't be serialised", e);
    }
  }

  @Override
  public void checkpointCompleted(CheckpointId checkpoint) {
    // CC7: a notification may have been lost, so this one stands for all before it.
    var due = prepared.headMap(checkpoint, true);
    if (due.isEmpty()) {
      return;
    }
    List<CheckpointId> checkpoints = List.copyOf(due.keySet());
    List<C> committables = new ArrayList<>();
    due.values().forEach(committables::addAll);
    commitsUnderWay++;
    FailPoints.hit(FailPoint.BEFORE_COMMIT);
    committer
        .commit(committables)
        .whenComplete(
            (done, failure) -> {
              FailPoints.hit(FailPoint.MID_COMMIT);
              if (failure != null) {
                context.fail(failure);
              } else {
                context.post(
                    () -> {
                      commitsUnderWay--;
                      checkpoints.forEach(prepared::remove);
                    });
              }
            });
  }

  /** A sink without commits has no final checkpoint to flush it. */
  @Override
  public boolean endOfData() throws Exception {
    if (sink.isTransactional()) {
      return true;
    }
    if (!finalFlushStarted) {
      finalFlushStarted = true;
      prepare(new CheckpointId(Long.MAX_VALUE), new CompletableFuture<>());
    }
    return preparesUnderWay == 0;
  }

  @Override
  public boolean isQuiescent() {
    return commitsUnderWay == 0
        && preparesUnderWay == 0
        && (prepared.isEmpty() || !sink.isTransactional());
  }

  @Override
  public void close() throws Exception {
    if (opened.isPresent()) {
      writer.close();
    }
    if (committer != null) {
      committer.close();
    }
  }

  /** What the sink sees of its subtask. */
  private record Context(OperatorContext context) implements SinkContext {
    @Override
    public String jobId() {
      return context.runtimeContext().getJobId();
    }

    @Override
    public String jobName() {
      return context.runtimeContext().getJobName();
    }

    @Override
    public int subtaskIndex() {
      return context.runtimeContext().getIndexOfThisSubtask();
    }

    @Override
    public int parallelism() {
      return context.runtimeContext().getNumberOfParallelSubtasks();
    }

    @Override
    public int attemptNumber() {
      return context.runtimeContext().getAttemptNumber();
    }

    @Override
    public ClassLoader userCodeClassLoader() {
      return context.runtimeContext().getUserCodeClassLoader();
    }

    @Override
    public Optional<Duration> checkpointInterval() {
      return context.checkpoints().interval();
    }

    @Override
    public Duration checkpointTimeout() {
      return context.checkpoints().timeout();
    }

    @Override
    public void wakeUp() {
      context.wakeUp();
    }

    @Override
    public void fail(Throwable cause) {
      context.fail(cause);
    }

    @Override
    public Counter counter(String name) {
      return context.runtimeContext().counter(name);
    }
  }
}
