package io.millrace.runtime.savepoint;

import io.millrace.core.function.KeyedStateBootstrapFunction;
import io.millrace.core.function.TimerService;
import io.millrace.runtime.id.CheckpointId;
import io.millrace.runtime.operators.FunctionOperator;
import io.millrace.runtime.operators.Functions;
import io.millrace.runtime.operators.KeyedTimers;
import io.millrace.runtime.operators.RecordTime;
import io.millrace.runtime.state.KeyedStateBackend;

/**
 * Runs a {@link KeyedStateBootstrapFunction}; when its input has ended, writes the state into a
 * savepoint and emits where it is. Timers are only registered: they fire where it is restored.
 */
public final class StateBootstrapOperator<K, I>
    extends FunctionOperator<KeyedStateBootstrapFunction<K, I>, I, WrittenState>
    implements KeyedStateBootstrapFunction.Context<K> {
  private final KeyedStateBootstrapFunction<K, I> function;
  private final String directory;
  private final String uid;
  private final int number;
  private KeyedStateBackend<K> state;
  private KeyedTimers timers;
  private SubtaskStateFile file;
  private long timestamp;

  /**
   * @param directory of the savepoint, absolute
   * @param uid of the operator whose state it is
   * @param number tells it from others of the same savepoint
   */
  public StateBootstrapOperator(
      KeyedStateBootstrapFunction<K, I> function, String directory, String uid, Integer number) {
    super(function);
    this.function = function;
    this.directory = directory;
    this.uid = uid;
    this.number = number;
  }

  @Override
  public void open() throws Exception {
    state = context.keyedState();
    timers = new KeyedTimers(context);
    super.open();
  }

  @Override
  public void process(I value, long recordTimestamp) throws Exception {
    timestamp = recordTimestamp;
    function.processElement(value, this);
  }

  @Override
  public boolean endOfData() throws Exception {
    if (file == null) {
      Functions.snapshot(function, new CheckpointId(1));
      file =
          new SubtaskStateFile(
              new SavepointFiles(directory)
                  .begin(
                      number + "-" + context.runtimeContext().getIndexOfThisSubtask(),
                      context.runtimeContext().getAttemptNumber(),
                      state.maxParallelism()),
              uid,
              state,
              context.operatorState());
    }
    if (!file.goOn(context::mayGoOn)) {
      return false;
    }
    WrittenState written =
        new WrittenState(
            uid,
            context.runtimeContext().getIndexOfThisSubtask(),
            state.maxParallelism(),
            file.handles());
    file.close();
    out.process(written, timestamp);
    return true;
  }

  @Override
  public Long timestamp() {
    return RecordTime.orNull(timestamp);
  }

  @Override
  public TimerService timerService() {
    return timers;
  }

  @Override
  public K getCurrentKey() {
    return state.currentKey();
  }

  @Override
  public void close() throws Exception {
    try {
      if (file != null) {
        file.close();
      }
    } finally {
      super.close();
    }
  }
}
