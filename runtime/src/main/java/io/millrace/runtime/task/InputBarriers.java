package io.millrace.runtime.task;

import io.millrace.runtime.checkpoint.AlignmentResult;
import io.millrace.runtime.checkpoint.BarrierAligner;
import io.millrace.runtime.exchange.ChannelEvent.Barrier;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.OperatorContext.Mail;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The barriers of a subtask's inputs: aligned, or, once the first has waited for as long as its
 * patience allows, ahead of the records in front of them. Time counts from when a barrier is there,
 * not from when it is polled. Subtask's thread only.
 */
final class InputBarriers {
  private final SubtaskServices services;
  private final InputGate gate;
  private final ChainOutputs outputs;
  private final SubtaskSnapshots snapshots;
  private final Consumer<Mail> mailbox;
  private final BarrierAligner aligner;

  /** The newest barrier that has come, on whichever channel. */
  private Optional<Barrier> newest = Optional.empty();

  /** Channels on which it is, polled or not. */
  private final BitSet arrived = new BitSet();

  /** When it came on the first of them, in nanoseconds. */
  private long since;

  /** By when it overtakes, in nanoseconds; only if it has a patience. */
  private long deadline;

  private DueTime timer = new DueTime(() -> {});
  private boolean overdue;

  /** Of the snapshot that was taken last, while barriers that it has overtaken are to come. */
  private Optional<RecordsInFlight> inFlight = Optional.empty();

  private boolean capturing;

  /**
   * @param mailbox takes what interrupts the subtask between two records
   */
  InputBarriers(
      SubtaskServices services,
      InputGate gate,
      ChainOutputs outputs,
      SubtaskSnapshots snapshots,
      Consumer<Mail> mailbox) {
    this.services = services;
    this.gate = gate;
    this.outputs = outputs;
    this.snapshots = snapshots;
    this.mailbox = mailbox;
    BitSet strict = new BitSet();
    for (int i = 0; i < gate.size(); i++) {
      InputEdge edge = gate.edges().get(gate.edge(i));
      strict.set(i, !edge.isOvertakable() || hasTwin(edge, gate.edges()));
    }
    this.aligner = new BarrierAligner(gate.size(), strict);
    gate.onBarrier((channel, barrier) -> mailbox.accept(() -> onArrival(channel, barrier)));
  }

  /** A stream united with itself by another key: whose records those were could not be told. */
  private static boolean hasTwin(InputEdge edge, List<InputEdge> edges) {
    return edges.stream().filter(other -> other.id().equals(edge.id())).count() > 1;
  }

  /** What a subtask has taken of its input and not processed. */
  interface Unprocessed {
    void addTo(RecordsInFlight records) throws Exception;
  }

  /** Whether the newest checkpoint is to be taken by {@link #overtake}, as soon as that can be. */
  boolean isOverdue() {
    return overdue;
  }

  /** Whether what is polled is to be shown by {@link #polled}. */
  boolean isCapturing() {
    return capturing;
  }

  private void onArrival(int channel, Barrier barrier) throws Exception {
    CheckpointId checkpoint = barrier.checkpoint();
    if (aligner.awaits(channel, checkpoint)) {
      gate.overtake(channel, checkpoint, inFlight.orElseThrow());
      aligner.onBarrier(channel, checkpoint);
      completeCapture();
    } else if (!aligner.isOver(checkpoint)) {
      note(channel, barrier);
    }
  }

  private void note(int channel, Barrier barrier) throws Exception {
    long now = services.nanoClock().getAsLong();
    int order = newest.map(b -> barrier.checkpoint().compareTo(b.checkpoint())).orElse(1);
    if (order < 0) {
      return; // BA3: a newer one is under way
    }
    if (order > 0) {
      if (newest.isPresent()) {
        // BA3: there is one at a time, so whatever was before is over.
        apply(aligner.onAbort(newest.get().checkpoint()), records -> {});
      }
      timer.forget();
      newest = Optional.of(barrier);
      arrived.clear();
      overdue = false;
      since = now;
      deadline = now;
    }
    arrived.set(channel);
    Optional<Duration> patience = barrier.patience();
    if (patience.isEmpty()) {
      return;
    }
    long until = now + patience.get().toNanos();
    if (order > 0 || until - deadline < 0) {
      deadline = until;
      overtakeAt(barrier.checkpoint(), patience.get());
    }
  }

  private void overtakeAt(CheckpointId checkpoint, Duration left) {
    if (left.isZero()) {
      onDeadline(checkpoint);
      return;
    }
    timer.forget();
    timer = new DueTime(() -> mailbox.accept(() -> onDeadline(checkpoint)));
    services.timers().schedule(services.clock().getAsLong() + left.toMillis(), timer);
  }

  private void onDeadline(CheckpointId checkpoint) {
    overdue =
        !aligner.isOver(checkpoint)
            && newest.filter(barrier -> barrier.checkpoint().equals(checkpoint)).isPresent();
  }

  /** A barrier was polled. */
  void onBarrier(int channel, Barrier barrier) throws Exception {
    if (!aligner.isOver(barrier.checkpoint())) {
      note(channel, barrier);
    }
    apply(aligner.onBarrier(channel, barrier.checkpoint()), records -> {});
    completeCapture();
  }

  /**
   * The checkpoint waits for no more barriers, except on channels that can't be overtaken.
   *
   * @param unprocessed what was polled before, and is part of it as well
   */
  void overtake(Unprocessed unprocessed) throws Exception {
    overdue = false;
    apply(aligner.onOverdue(newest.orElseThrow().checkpoint()), unprocessed);
  }

  void onAbort(CheckpointId checkpoint) throws Exception {
    apply(aligner.onAbort(checkpoint), records -> {});
    overdue = overdue && !aligner.isOver(newest.orElseThrow().checkpoint());
  }

  /** A batch was polled while others' barriers were to come. */
  void polled(int channel, RecordBatch batch) {
    if (aligner.isOvertaken(channel)) {
      inFlight.orElseThrow().add(gate.edge(channel), batch, 0);
    }
  }

  void close() {
    timer.forget();
  }

  private void apply(AlignmentResult result, Unprocessed unprocessed) throws Exception {
    for (int channel : result.block()) {
      gate.setBlocked(channel, true);
    }
    if (result.abandoned().isPresent() && inFlight.isPresent()) {
      snapshots.abort(result.abandoned().get());
      setInFlight(Optional.empty());
    }
    if (result.completed().isPresent()) {
      take(result, unprocessed);
    }
    for (int channel : result.resume()) {
      gate.setBlocked(channel, false);
    }
  }

  private void take(AlignmentResult result, Unprocessed unprocessed) throws Exception {
    timer.forget();
    overdue = false;
    Barrier barrier = newest.orElseThrow();
    long now = services.nanoClock().getAsLong();
    boolean aligned = result.overtaken().isEmpty();
    Duration left = Duration.ofNanos(aligned ? Math.max(0, deadline - now) : 0);
    // BA1: the barrier separates exactly; what was emitted so far goes before it.
    outputs.event(barrier.withPatience(barrier.patience().map(any -> left)));
    if (aligned) {
      snapshots.take(barrier, now - since, Optional.empty());
      return;
    }
    RecordsInFlight records = new RecordsInFlight(gate.edges());
    unprocessed.addTo(records); // before anything else: it comes before it
    for (int channel : result.overtaken()) {
      if (arrived.get(channel)) {
        gate.overtake(channel, barrier.checkpoint(), records);
        aligner.onBarrier(channel, barrier.checkpoint());
      }
    }
    setInFlight(Optional.of(records));
    snapshots.take(barrier, now - since, inFlight);
    completeCapture();
  }

  private void completeCapture() {
    if (capturing && aligner.isCaptured()) {
      inFlight.orElseThrow().complete();
      setInFlight(Optional.empty());
    }
  }

  private void setInFlight(Optional<RecordsInFlight> records) {
    inFlight = records;
    capturing = records.isPresent();
  }
}
