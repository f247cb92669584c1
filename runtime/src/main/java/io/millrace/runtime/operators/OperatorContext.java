package io.millrace.runtime.operators;

import io.millrace.core.function.OutputTag;
import io.millrace.core.function.RuntimeContext;
import io.millrace.core.state.OperatorStateStore;
import io.millrace.runtime.graph.CheckpointSettings;
import io.millrace.runtime.state.KeyedStateBackend;
import io.millrace.runtime.state.StateHandles.Blob;
import io.millrace.runtime.state.StateHandles.SplitState;
import java.time.Duration;
import java.util.List;

/** What an operator may know and do. For the subtask's thread, unless a method says otherwise. */
public interface OperatorContext {
  /** What the user's function sees. */
  RuntimeContext runtimeContext();

  /**
   * Keyed state of the chain's head.
   *
   * @throws IllegalStateException if the input is not keyed, with the remedy
   */
  <K> KeyedStateBackend<K> keyedState();

  OperatorStateStore operatorState();

  /** Whether this execution started from a checkpoint. */
  boolean isRestored();

  List<SplitState> restoredSplits();

  List<Blob> restoredCommittables();

  CheckpointSettings checkpoints();

  /** The output for a tag; takes and drops records if nobody reads it. */
  <X> Receiver<X> sideOutput(OutputTag<X> tag);

  /** Whether the outputs take more: tested between records. A plain read. */
  boolean hasRoom();

  /**
   * Whether a burst (fired timers or windows) may go on: the outputs have room, and the step has
   * time left. Asked between any two of the burst; looks at the clock once in many calls.
   */
  boolean mayGoOn();

  /**
   * Says that {@link Operator#hasRoom} is false: no input is taken until it is true again, asked
   * after a wake-up.
   */
  void roomLost();

  /**
   * The combined watermark of the inputs so far, in milliseconds; {@link Long#MIN_VALUE} before the
   * first.
   */
  long currentWatermark();

  /** Milliseconds since the epoch, looked at once a step. */
  long currentProcessingTime();

  /**
   * Has {@link Operator#onProcessingTime} called at or after this time. Only the earliest pending
   * one is kept.
   */
  void scheduleProcessingTime(long time);

  /**
   * Runs something on the subtask's thread, soon. From any thread. Dropped when the subtask has
   * ended.
   */
  void post(Mail mail);

  /** Has the subtask stepped again: a source has records, a sink has room. From any thread. */
  void wakeUp();

  /** The same after a time. Only the earliest pending one is kept. */
  void wakeUpAfter(Duration delay);

  /** Fails the subtask. From any thread. */
  void fail(Throwable cause);

  /** Sends the enumerator a request for a split; sources only. */
  void requestSplit();

  /** Something to run on the subtask's thread. */
  @FunctionalInterface
  interface Mail {
    void run() throws Exception;
  }
}
