package io.millrace.runtime.task;

import io.millrace.core.source.PollStatus;
import io.millrace.runtime.exchange.ChannelEvent;
import io.millrace.runtime.exchange.ObjectBatch;
import io.millrace.runtime.exchange.RecordBatch;
import io.millrace.runtime.id.AttemptId;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.OperatorContext.Mail;
import io.millrace.runtime.operators.SourceHead;
import io.millrace.runtime.rpc.ToJobManager;
import io.millrace.runtime.rpc.ToJobManager.TaskMetrics;
import io.millrace.runtime.rpc.ToJobManager.TaskState;
import io.millrace.runtime.rpc.ToTaskManager;
import io.millrace.runtime.state.StateHandles.Blob;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution of a subtask, as a state machine that is stepped: it takes input while its outputs
 * have room, runs it through its chain, and never blocks. What must not be interleaved with records
 * (firing timers up to a watermark, the end of data) is work that can stop for want of room or time
 * and go on in a later step; input and checkpoints wait for it.
 *
 * <p>Everything but {@link #post}, {@link #wakeUp}, {@link #cancel}, {@link #metrics} and {@link
 * #tell} belongs to the one thread that steps it.
 */
public final class Subtask implements Steppable {
  private static final Logger LOG = LoggerFactory.getLogger(Subtask.class);

  /** Records (about) in one step, before other subtasks of the worker get their turn. */
  private static final int RECORDS_A_STEP = 8 * RecordBatch.CAPACITY;

  /** What anything but records counts in a step: a poll that found nothing, a timer. */
  private static final int LEAST = 16;

  /** Inputs from which on the records of a batch are likely not to be in the cache any more. */
  private static final int MANY_CHANNELS = 16;

  /** Watermarks that may ride behind partly filled batches before they are flushed. */
  private static final int WATERMARKS_A_FLUSH = 16;

  private enum Phase {
    OPENING,
    RUNNING,
    END_OF_DATA,
    FINISHING,
    TERMINAL
  }

  private final AttemptId attempt;
  private final String name;
  private final LogContext logContext;
  private final SubtaskServices services;
  private final ClassLoader userLoader;
  private final Optional<Duration> alignmentTimeout;
  private final Mailbox mailbox = new Mailbox();
  private final DueTime dueTime = new DueTime(() -> post(() -> processingTimeDue = true));
  private final OutputRoom room = new OutputRoom();
  private final StepHandle handle;
  private final SubtaskTimes times;
  private final StepBudget budget;
  private final CheckpointTrigger trigger = new CheckpointTrigger();

  private OperatorChain chain;
  private ChainWork chainWork;
  private Optional<InputGate> gate = Optional.empty();
  private Optional<SourceHead<?>> source = Optional.empty();
  private InputBarriers barriers;
  private Optional<RestoredRecords> restored = Optional.empty();
  private WatermarkValve valve;
  private SubtaskSnapshots snapshots;

  private Phase phase = Phase.OPENING;
  private Work work = Work.NONE;
  private RecordBatch batch;
  private BatchLoop loop;
  private int position;

  /** Records of a batch at a time: few where each takes long, so that others need not wait. */
  private int recordsAtOnce = RecordBatch.CAPACITY;

  private int openChannels;
  private boolean drain = true;
  private boolean idle;
  private boolean stopRequested;
  private long watermark = Long.MIN_VALUE;
  private boolean makesWatermarks;
  private long madeWatermark = Long.MIN_VALUE;
  private int unflushedWatermarks;
  private boolean processingTimeDue;

  /** Whether it is idle once what the watermark that is under way brings has gone out. */
  private boolean idlePending;

  /** Whether the end of data follows the watermark that is under way. */
  private boolean endPending;

  private long now;
  private long recordsIn;
  private volatile boolean started;
  private volatile boolean cancelled;
  private volatile boolean terminal;
  private volatile TaskMetrics published;

  /**
   * @param alignmentTimeout of the barriers that begin here; empty if they never overtake
   */
  Subtask(
      AttemptId attempt,
      String name,
      SubtaskServices services,
      ClassLoader userLoader,
      Optional<Duration> alignmentTimeout) {
    this.alignmentTimeout = alignmentTimeout;
    this.attempt = attempt;
    this.name = name;
    this.logContext = LogContext.of(attempt, name);
    this.services = services;
    this.userLoader = userLoader;
    this.handle = new StepHandle(this, services.workers(), attempt.subtask().index());
    this.times = new SubtaskTimes(services.nanoClock());
    this.budget = new StepBudget(times);
    this.now = services.clock().getAsLong();
    this.published = metricsNow();
  }

  /** Set once, before the first step, on the deploying thread; operators are open then. */
  void start(
      OperatorChain operatorChain,
      Optional<InputGate> inputGate,
      Optional<RestoredRecords> restoredRecords,
      int maxParallelism,
      CheckpointFiles files) {
    this.chain = operatorChain;
    this.chainWork = new ChainWork(operatorChain);
    this.makesWatermarks = operatorChain.head().makesWatermarks();
    this.gate = inputGate;
    this.restored = restoredRecords;
    this.snapshots =
        new SubtaskSnapshots(attempt, services, operatorChain, maxParallelism, files, this::post);
    if (operatorChain.head() instanceof SourceHead<?> head) {
      this.source = Optional.of(head);
      head.whenActive(() -> setIdle(false));
    }
    inputGate.ifPresent(
        input -> {
          barriers =
              new InputBarriers(
                  services, input, operatorChain.outputs(), snapshots, this::interrupt);
          valve = new WatermarkValve(input.size());
          openChannels = input.size();
        });
    started = true;
    wakeUp();
  }

  OutputRoom room() {
    return room;
  }

  StepBudget budget() {
    return budget;
  }

  AttemptId attempt() {
    return attempt;
  }

  @Override
  public String name() {
    return name + " (" + attempt.subtask().index() + ")";
  }

  long watermark() {
    return watermark;
  }

  long now() {
    return now;
  }

  // ---- from any thread

  /** Before the start nothing is stepped; the start looks at whatever came before it. */
  void wakeUp() {
    if (started) {
      handle.wakeUp();
    }
  }

  void post(Mail mail) {
    mailbox.add(mail);
    wakeUp();
  }

  /** As {@link #post}, of what can't wait for the end of a batch: a slow one may last minutes. */
  void interrupt(Mail mail) {
    mailbox.add(mail);
    room.interrupt();
    wakeUp();
  }

  void cancel() {
    cancelled = true;
    room.interrupt();
    wakeUp();
  }

  boolean isTerminal() {
    return terminal;
  }

  void tell(ToJobManager.OfSubtask message) {
    services.jobManager().accept(message);
  }

  TaskMetrics metrics() {
    return published;
  }

  /** Where the subtask failed before it could be stepped: while it was built. Deploying thread. */
  void failBeforeStart(Throwable cause) {
    end(TaskState.FAILED, Optional.of(cause));
  }

  // ---- mails

  void trigger(ChannelEvent.Barrier checkpoint) throws Exception {
    // Of a savepoint nothing is in flight: it may be restored by another version of the program.
    trigger.set(checkpoint.savepoint() ? checkpoint : checkpoint.withPatience(alignmentTimeout));
  }

  void checkpointCompleted(CheckpointId checkpoint) throws Exception {
    snapshots.completed(checkpoint);
    chain.checkpointCompleted(checkpoint);
  }

  void checkpointAborted(CheckpointId checkpoint) throws Exception {
    trigger.abort(checkpoint);
    snapshots.abort(checkpoint);
    if (barriers != null) {
      barriers.onAbort(checkpoint);
    }
    chain.checkpointAborted(checkpoint);
  }

  void assignSplits(List<Blob> splits) throws Exception {
    SourceHead<?> head = source.orElseThrow();
    trigger.afterwards(() -> head.assign(splits));
  }

  void noMoreSplits() throws Exception {
    trigger.afterwards(source.orElseThrow()::noMoreSplits);
  }

  void stopSource(boolean drainTime) {
    stopRequested = true;
    drain = drainTime;
  }

  /**
   * Says as well that the last checkpoint is complete, should that notification have been lost
   * (invariant CC7).
   */
  void finish() throws Exception {
    if (phase != Phase.END_OF_DATA) {
      throw new IllegalStateException("Told to finish while " + phase);
    }
    if (snapshots.lastTaken().isPresent()) {
      checkpointCompleted(snapshots.lastTaken().get());
    }
    phase = Phase.FINISHING;
  }

  /** What it can't read is no failure of the subtask: somebody may have asked for nonsense. */
  void readState(ToTaskManager.ReadState read) {
    ToJobManager.StateRead answer;
    try {
      answer =
          new ToJobManager.StateRead(
              attempt,
              read.request(),
              chain.peek(read.uid(), read.state(), read.key().bytes(), userLoader),
              Optional.empty());
    } catch (RuntimeException | LinkageError e) {
      answer =
          new ToJobManager.StateRead(
              attempt,
              read.request(),
              Optional.empty(),
              Optional.of(String.valueOf(e.getMessage())));
    }
    tell(answer);
  }

  void scheduleProcessingTime(long time) {
    services.timers().schedule(time, dueTime);
  }

  /** Before the start nothing is kept either: the first step asks again. */
  void wakeUpAfter(Duration delay) {
    if (started) {
      handle.wakeUpAfter(delay);
    }
  }

  // ---- stepping

  @Override
  public boolean step() {
    if (phase == Phase.TERMINAL) {
      return false;
    }
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(userLoader);
    logContext.enter();
    times.begin();
    boolean again = false;
    try {
      now = services.clock().getAsLong();
      if (cancelled) {
        end(TaskState.CANCELED, Optional.empty());
      } else {
        mailbox.drain();
        again = advance();
      }
    } catch (Throwable t) {
      end(TaskState.FAILED, Optional.of(t));
    } finally {
      thread.setContextClassLoader(before);
      LogContext.leave();
    }
    if (phase != Phase.TERMINAL) {
      times.end(again, room.isLost());
      published = metricsNow();
      return again || !mailbox.isEmpty();
    }
    return false;
  }

  private boolean advance() throws Exception {
    switch (phase) {
      case OPENING -> {
        if (!chain.isReady()) {
          return false;
        }
        phase = Phase.RUNNING;
        LOG.debug("{} runs", name());
        tell(new ToJobManager.TaskStateChanged(attempt, TaskState.RUNNING, Optional.empty()));
        if (source.isPresent()) {
          tell(new ToJobManager.ReaderOpened(attempt));
        }
        return true;
      }
      case RUNNING, END_OF_DATA -> {
        boolean more = process();
        // A cut waits neither for input nor for room.
        return budget.goOnWithCut(chain::goOnWithCut, this::isWanted) || more;
      }
      case FINISHING -> {
        if (!chain.isQuiescent()) {
          return false;
        }
        end(TaskState.FINISHED, Optional.empty());
        return false;
      }
      case TERMINAL -> {
        return false;
      }
    }
    throw new AssertionError(phase);
  }

  /**
   * Goes on until there is no room, no input, or it is others' turn; true if there may be more to
   * do.
   */
  private boolean process() throws Exception {
    // Small batches, of which many channels have one each, count as what they are.
    int left = RECORDS_A_STEP;
    boolean first = true;
    while (left > 0) {
      if (left < RECORDS_A_STEP && endsStep()) {
        return true;
      }
      if (work == Work.NONE) {
        takeWithoutRoom();
      }
      if (!room.isOpen() && !regainRoom()) {
        return false;
      }
      if (work != Work.NONE) {
        if (!doWork() && room.isOpen() && !endsStep()) {
          return false; // waits for a completion, which wakes us
        }
        left -= RecordBatch.CAPACITY;
        continue;
      }
      if (batch != null) {
        left -= Math.max(LEAST, processBatch(first));
        first = false;
        continue;
      }
      if (processingTimeDue) {
        processingTimeDue = false;
        startWork(Work.PROCESSING_TIME, now);
        left -= LEAST;
        continue;
      }
      left -= source.isPresent() ? RecordBatch.CAPACITY : LEAST;
      boolean more = source.isPresent() ? pollSource() : pollInput();
      if (!more) {
        chain.outputs().flush();
        unflushedWatermarks = 0;
        return false;
      }
    }
    return true;
  }

  /**
   * Snapshots that wait for no room: what is emitted goes to the outputs in front of the barrier,
   * however full they are, and what is left of a batch is part of an overdue one.
   */
  private void takeWithoutRoom() throws Exception {
    if (trigger.isPresent()) {
      startCheckpoint();
    } else if (barriers != null && barriers.isOverdue()) {
      barriers.overtake(this::addUnprocessed);
    }
  }

  private void addUnprocessed(RecordsInFlight records) throws Exception {
    if (batch != null) {
      InputGate input = gate.orElseThrow();
      int edge = restored.isPresent() ? restored.get().edge() : input.edge(input.channel());
      records.add(edge, batch, position);
    }
    if (restored.isPresent()) {
      restored.get().addRestTo(records);
    }
  }

  /** FC12: control mail is looked at once a batch, however long batches take; so are the others. */
  private boolean endsStep() {
    return isWanted() || budget.isSpent();
  }

  private boolean isWanted() {
    return cancelled || !mailbox.isEmpty();
  }

  private boolean regainRoom() {
    if (!chain.outputs().regainRoom() || !chain.sinksHaveRoom()) {
      room.lose();
      return false;
    }
    room.regain();
    return true;
  }

  /**
   * Goes on with the batch; how many records that were.
   *
   * @param first in this step
   */
  private int processBatch(boolean first) throws Exception {
    int from = position;
    int size = batch.size;
    try {
      if (size - from > recordsAtOnce && batch instanceof ObjectBatch) {
        batch.size = from + recordsAtOnce;
      }
      position = loop.run(batch, from);
    } finally {
      batch.size = size;
    }
    int done = position - from;
    if (first && budget.isSpent()) {
      recordsAtOnce = Math.max(1, done / 2);
    } else if (recordsAtOnce < RecordBatch.CAPACITY && done == recordsAtOnce) {
      recordsAtOnce *= 2;
    }
    if (position == batch.size) {
      recordsIn += batch.size;
      batch.release();
      batch = null;
      chain.cleanUpState();
      // What was restored comes channel after channel, not side by side as it did before.
      if (makesWatermarks && restored.isEmpty()) {
        forwardMadeWatermark();
      }
    }
    return done;
  }

  /** The head makes the watermark of its output itself; it is alone in its chain. */
  private void forwardMadeWatermark() {
    long made = chain.head().watermark();
    if (made > madeWatermark) {
      madeWatermark = made;
      forwardWatermark(made);
    }
  }

  private void forwardWatermark(long reached) {
    chain.outputs().watermark(reached);
    if (++unflushedWatermarks >= WATERMARKS_A_FLUSH) {
      unflushedWatermarks = 0;
      chain.outputs().flush();
    }
  }

  private boolean pollSource() throws Exception {
    if (phase == Phase.END_OF_DATA) {
      return false;
    }
    SourceHead<?> head = source.orElseThrow();
    PollStatus status = stopRequested ? PollStatus.END_OF_INPUT : head.poll();
    if (status == PollStatus.END_OF_INPUT) {
      // W4: time ends only where the input ended by itself or the job is drained.
      long last = drain ? Long.MAX_VALUE : head.watermark();
      if (last > watermark) {
        setIdle(false);
        endPending = true;
        startWork(Work.WATERMARK, last);
      } else {
        startWork(Work.END_OF_DATA, 0);
      }
      return true;
    }
    onProgress(head.watermark(), head.isIdle());
    return status == PollStatus.MORE_AVAILABLE || work != Work.NONE;
  }

  private boolean pollInput() throws Exception {
    if (restored.isPresent() && takeRestored()) {
      return true;
    }
    InputGate input = gate.orElseThrow();
    Object element = input.poll();
    if (element == null) {
      Optional<Throwable> failure = input.failure().or(() -> chain.outputs().failure());
      if (failure.isPresent()) {
        throw new IllegalStateException(
            "The exchange failed: " + failure.get().getMessage(), failure.get());
      }
      return false;
    }
    if (element instanceof RecordBatch received) {
      if (received.size == 0) {
        received.release();
        return true;
      }
      if (barriers.isCapturing()) {
        barriers.polled(input.channel(), received);
      }
      if (input.size() >= MANY_CHANNELS) {
        received.touch();
      }
      begin(received, input.input());
      return true;
    }
    int channel = input.channel();
    if (element instanceof ChannelEvent.Watermark event) {
      onWatermark(valve.onWatermark(channel, event.timestamp()));
    } else if (element instanceof ChannelEvent.Barrier event) {
      barriers.onBarrier(channel, event);
    } else if (element instanceof ChannelEvent.Idleness event) {
      long reached = valve.onIdleness(channel, event.idle());
      onProgress(reached, valve.isIdle());
    } else if (element instanceof ChannelEvent.EndOfData event) {
      drain &= event.drain();
      if (--openChannels == 0) {
        startWork(Work.END_OF_DATA, 0);
      }
    } else {
      throw new IllegalStateException("Unknown element " + element);
    }
    return true;
  }

  private void begin(RecordBatch next, int input) {
    batch = next;
    position = 0;
    loop = chain.loop(input);
  }

  /** BA9: what was in flight before a restore comes before anything new; false if all has. */
  private boolean takeRestored() throws Exception {
    RestoredRecords records = restored.orElseThrow();
    RecordBatch next = records.poll();
    if (next == null) {
      restored = Optional.empty();
      if (makesWatermarks) {
        forwardMadeWatermark();
      }
      return false;
    }
    begin(next, records.input());
    return true;
  }

  /**
   * W2: whoever is idle holds nobody's time, so it is active before what a watermark makes it emit,
   * and idle only after all of that. (What a timer of processing time emits meanwhile may be late.)
   */
  private void onProgress(long reached, boolean nowIdle) {
    if (!nowIdle) {
      setIdle(false);
    }
    onWatermark(reached);
    if (nowIdle && work == Work.NONE) {
      setIdle(true);
    } else {
      idlePending = nowIdle;
    }
  }

  private void onWatermark(long reached) {
    if (reached != WatermarkValve.UNCHANGED && reached > watermark) {
      startWork(Work.WATERMARK, reached);
    }
  }

  private void setIdle(boolean nowIdle) {
    if (nowIdle != idle) {
      idle = nowIdle;
      chain.outputs().event(new ChannelEvent.Idleness(nowIdle));
    }
  }

  private void startCheckpoint() throws Exception {
    ChannelEvent.Barrier barrier = trigger.take();
    // BA1: the barrier separates exactly; what was emitted so far goes before it.
    chain.outputs().event(barrier);
    snapshots.take(barrier, 0, Optional.empty());
    trigger.takeSplitsHeld();
  }

  private void startWork(Work next, long time) {
    work = next;
    chainWork.start(time);
    if (next == Work.WATERMARK) {
      watermark = time;
    }
  }

  /** Goes on with the work; true if it is done, or more of it follows. */
  private boolean doWork() throws Exception {
    if (!chainWork.run(work)) {
      return false;
    }
    Work done = work;
    work = Work.NONE;
    switch (done) {
      case WATERMARK -> {
        if (!makesWatermarks || chainWork.time() == Long.MAX_VALUE) {
          forwardWatermark(chainWork.time());
        }
        if (idlePending) {
          idlePending = false;
          setIdle(true);
        }
        if (endPending) {
          endPending = false;
          startWork(Work.END_OF_DATA, 0);
        }
      }
      case END_OF_DATA -> {
        chain.outputs().event(new ChannelEvent.EndOfData(drain));
        phase = Phase.END_OF_DATA;
        tell(new ToJobManager.TaskStateChanged(attempt, TaskState.END_OF_DATA, Optional.empty()));
      }
      case PROCESSING_TIME, NONE -> {}
    }
    return true;
  }

  // ---- the end

  private void end(TaskState state, Optional<Throwable> cause) {
    phase = Phase.TERMINAL;
    terminal = true;
    dueTime.forget();
    handle.forgetWakeUp();
    if (batch != null) {
      batch.release();
      batch = null;
    }
    if (barriers != null) {
      barriers.close();
    }
    if (snapshots != null) {
      snapshots.close();
    }
    Optional<Throwable> failure = cause;
    if (chain != null) {
      Optional<Throwable> onClose = chain.close();
      if (failure.isEmpty() && state == TaskState.FINISHED) {
        failure = onClose;
      }
    }
    TaskState reported = failure.isPresent() ? TaskState.FAILED : state;
    failure.ifPresent(t -> LOG.warn("{} failed", name(), t));
    tell(
        new ToJobManager.TaskStateChanged(
            attempt, reported, failure.map(t -> TaskFailures.describe(name, t))));
    // Only now, so that the neighbours' failures, which follow from this, are not heard before it.
    gate.ifPresent(InputGate::close);
    if (chain != null) {
      chain.outputs().close();
    }
  }

  private TaskMetrics metricsNow() {
    Map<String, Long> counters = new TreeMap<>();
    long out = 0;
    if (chain != null) {
      chain.addCountersTo(counters);
      out = chain.outputs().recordsSent();
    }
    return new TaskMetrics(
        attempt,
        recordsIn,
        out,
        0,
        times.busy(),
        times.backpressured(),
        times.idle(),
        times.longestStep(),
        times.longestRecentStep(),
        watermark,
        counters);
  }
}
