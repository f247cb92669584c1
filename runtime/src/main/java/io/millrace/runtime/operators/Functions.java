package io.millrace.runtime.operators;

import io.millrace.core.function.CheckpointListener;
import io.millrace.core.function.CheckpointedFunction;
import io.millrace.core.function.Function;
import io.millrace.core.function.OpenContext;
import io.millrace.core.function.RichFunction;
import io.millrace.core.state.OperatorStateStore;
import io.millrace.runtime.id.CheckpointId;

/** The life cycle of user functions. */
public final class Functions {
  private static final OpenContext OPEN = new OpenContext() {};

  private Functions() {}

  public static void open(Function function, OperatorContext context) throws Exception {
    if (function instanceof RichFunction rich) {
      rich.setRuntimeContext(context.runtimeContext());
    }
    if (function instanceof CheckpointedFunction checkpointed) {
      checkpointed.initializeState(new Initialization(context));
    }
    if (function instanceof RichFunction rich) {
      rich.open(OPEN);
    }
  }

  public static void snapshot(Function function, CheckpointId checkpoint) throws Exception {
    if (function instanceof CheckpointedFunction checkpointed) {
      checkpointed.snapshotState(checkpoint::value);
    }
  }

  public static void completed(Function function, CheckpointId checkpoint) throws Exception {
    if (function instanceof CheckpointListener listener) {
      listener.notifyCheckpointComplete(checkpoint.value());
    }
  }

  public static void aborted(Function function, CheckpointId checkpoint) throws Exception {
    if (function instanceof CheckpointListener listener) {
      listener.notifyCheckpointAborted(checkpoint.value());
    }
  }

  public static void close(Function function) throws Exception {
    if (function instanceof RichFunction rich) {
      rich.close();
    }
  }

  /**
   * Throws an exception as it is through a method that declares none, such as {@code
   * Collector.collect}: a user's stack trace then shows the failure itself and no wrapper.
   */
  @SuppressWarnings("unchecked")
  public static <E extends Exception> RuntimeException rethrow(Exception exception) throws E {
    throw (E) exception;
  }

  private record Initialization(OperatorContext context)
      implements CheckpointedFunction.InitializationContext {
    @Override
    public boolean isRestored() {
      return context.isRestored();
    }

    @Override
    public OperatorStateStore getOperatorStateStore() {
      return context.operatorState();
    }
  }
}
